package main

import (
	"context"
	"log"
	"net/http"
	"os"
	"time"

	"github.com/modelcontextprotocol/go-sdk/mcp"
)

type addInput struct {
	A int `json:"a" jsonschema:"the first number"`
	B int `json:"b" jsonschema:"the second number"`
}

type addOutput struct {
	Sum int `json:"sum"`
}

func add(_ context.Context, _ *mcp.CallToolRequest, in addInput) (*mcp.CallToolResult, addOutput, error) {
	return nil, addOutput{Sum: in.A + in.B}, nil
}

type nowInput struct {
	Zone string `json:"zone,omitempty" jsonschema:"a time zone such as Europe/Oslo; UTC where it is empty"`
}

type nowOutput struct {
	Now string `json:"now"`
}

func now(_ context.Context, _ *mcp.CallToolRequest, in nowInput) (*mcp.CallToolResult, nowOutput, error) {
	zone, err := time.LoadLocation(in.Zone)
	if err != nil {
		return nil, nowOutput{}, err
	}
	return nil, nowOutput{Now: time.Now().In(zone).Format(time.RFC3339)}, nil
}

func main() {
	server := mcp.NewServer(&mcp.Implementation{Name: "go-dockerfile", Version: "1.0.0"}, nil)
	mcp.AddTool(server, &mcp.Tool{Name: "add", Description: "Add two numbers."}, add)
	mcp.AddTool(server, &mcp.Tool{Name: "now", Description: "The time in a time zone."}, now)

	handler := mcp.NewStreamableHTTPHandler(func(*http.Request) *mcp.Server { return server }, nil)
	mux := http.NewServeMux()
	mux.Handle("/mcp", handler)

	port := os.Getenv("PORT")
	if port == "" {
		port = "8080"
	}
	log.Printf("listening on %s", port)
	log.Fatal(http.ListenAndServe(":"+port, mux))
}
