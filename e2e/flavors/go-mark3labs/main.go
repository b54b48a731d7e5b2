package main

import (
	"context"
	"fmt"
	"log"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"
)

func add(_ context.Context, request mcp.CallToolRequest) (*mcp.CallToolResult, error) {
	a, b := request.GetFloat("a", 0), request.GetFloat("b", 0)
	return mcp.NewToolResultText(fmt.Sprint(a + b)), nil
}

func main() {
	s := server.NewMCPServer("sums", "1.0.0")
	tool := mcp.NewTool("add", mcp.WithDescription("Add two numbers"), mcp.WithNumber("a"), mcp.WithNumber("b"))
	s.AddTool(tool, add)
	if err := server.ServeStdio(s); err != nil {
		log.Fatal(err)
	}
}
