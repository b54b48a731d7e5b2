import { expect, test } from 'vitest'
import { familyRules } from './firewall-rules.ts'

const rules = {
  buildBridge: 'docker0',
  serverNetworks: '10.213.0.0/16',
  nameservers: ['10.9.9.9'],
  allowed: ['10.1.2.3', 'fd00::53', '192.168.7.0/24'],
}

test('an allowed address is let through before its range is closed, each in its own family', () => {
  const v4 = familyRules('ipv4', rules).chains.split('\n')
  const at = (rule: string) => v4.indexOf(rule)
  expect(at('-A MOORAGE-OUT -d 10.1.2.3 -j RETURN')).toBeGreaterThan(0)
  expect(at('-A MOORAGE-OUT -d 10.1.2.3 -j RETURN')).toBeLessThan(
    v4.findIndex((line) => line.startsWith('-A MOORAGE-OUT -d 10.0.0.0/8 -j REJECT')),
  )
  expect(v4.join()).not.toContain('fd00::53')
  expect(familyRules('ipv6', rules).chains).toContain('-A MOORAGE-OUT -d fd00::53 -j RETURN')
})

test('a name server is reached for names alone', () => {
  const { chains } = familyRules('ipv4', rules)
  expect(chains).toContain('-A MOORAGE-OUT -d 10.9.9.9 -p udp --dport 53 -j RETURN')
  expect(chains).not.toContain('-d 10.9.9.9 -j RETURN')
})

test('closes the link-local range, where metadata services are, and the machine itself', () => {
  const { chains, jumps } = familyRules('ipv4', rules)
  expect(chains).toContain('-d 169.254.0.0/16 -j REJECT')
  expect(chains).toContain('-A MOORAGE-HOST -j REJECT')
  for (const chain of ['DOCKER-USER', 'INPUT'])
    for (const match of ['docker0', '10.213.0.0/16'])
      expect(jumps.some((jump) => jump.chain === chain && jump.rule.includes(match))).toBe(true)
})
