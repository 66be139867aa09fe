package main

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestDocumentedCommands parses every summitbot command that the documentation shows, in a block or in a line.
func TestDocumentedCommands(t *testing.T) {
	docs, err := filepath.Glob("../../docs/*.md")
	if err != nil {
		t.Fatal(err)
	}
	commands := regexp.MustCompile("(?m)(?:`|^ *|TOKEN=… |docker run .*)(?:go run ./cmd/)?summitbot( [^`\n]*)?(?:`|$)")
	words := regexp.MustCompile(`"[^"]*"|[^\s"]+`)
	found := 0
	for _, doc := range append(docs, "../../README.md", "../../CONTRIBUTING.md", "../../CHANGELOG.md") {
		text, err := os.ReadFile(doc)
		if err != nil {
			t.Fatal(err)
		}
		for _, match := range commands.FindAllStringSubmatch(string(text), -1) {
			line, _, _ := strings.Cut(match[1], "#")
			line, _, _ = strings.Cut(line, "<")
			line = strings.TrimSuffix(line, ";")
			var args []string
			for _, word := range words.FindAllString(line, -1) {
				args = append(args, strings.Trim(word, `"`))
			}
			parser, _ := (&app{stdout: &bytes.Buffer{}, stderr: &bytes.Buffer{}}).parser()
			if _, err := parser.Parse(args); err != nil {
				t.Errorf("%s: summitbot%s: %v", doc, line, err)
			}
			found++
		}
	}
	if found < 25 {
		t.Errorf("only %d commands were found", found)
	}
}
