from mcp_server_sums import main

main()
