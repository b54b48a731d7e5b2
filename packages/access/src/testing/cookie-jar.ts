/** What a browser keeps of Set-Cookie, for one site. */
export class CookieJar {
  #cookies = new Map<string, string>()
  keep(response: Response): void {
    for (const line of response.headers.getSetCookie()) {
      const [pair = ''] = line.split(';')
      const [name = '', value = ''] = pair.split(/=(.*)/s)
      this.#cookies.set(name, value)
    }
  }
  copy(): CookieJar {
    const jar = new CookieJar()
    jar.#cookies = new Map(this.#cookies)
    return jar
  }
  get header(): string {
    return [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ')
  }
}
