package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"summitbot/kb"
)

// What is written is a knowledge base whose phrasings are the examples, letter by letter.
func TestRun(t *testing.T) {
	dir := t.TempDir()
	from := filepath.Join(dir, "set.jsonl")
	lines := `{"id": "card_lost", "questions": ["I lost my card!", "yes", "null", "a: b", "  spaces ", "- dash", "#hash", "2020-01-01", "quote \" and ' and \\", "new\nline", "кредит 💳", "line end \u2028 of JavaScript"], "split": "train"}
{"id": "refund?", "questions": ["where is my money"]}
`
	if err := os.WriteFile(from, []byte(lines), 0o600); err != nil {
		t.Fatal(err)
	}
	out := filepath.Join(dir, "made", "here")
	if err := run(from, out); err != nil {
		t.Fatal(err)
	}
	b, err := kb.Load(os.DirFS(out), "made")
	if err != nil {
		t.Fatal(err)
	}
	if len(b.Entries) != 2 || b.Count(kb.Told) != 2 {
		t.Fatalf("made %+v", b.Entries)
	}
	e, ok := b.Entry("card_lost")
	if !ok || e.Question != "card lost" || e.Answer != "This is about: card lost." {
		t.Errorf("the first is %+v", e)
	}
	var asked []string
	for _, p := range e.Asked {
		asked = append(asked, p.Text)
	}
	want := []string{"I lost my card!", "yes", "null", "a: b", "  spaces ", "- dash", "#hash", "2020-01-01", `quote " and ' and \`, "new\nline", "кредит 💳", "line end \u2028 of JavaScript"}
	if !slices.Equal(asked, want) {
		t.Errorf("asked\n%q, want\n%q", asked, want)
	}
}

func TestRunRefuses(t *testing.T) {
	dir := t.TempDir()
	from := filepath.Join(dir, "set.jsonl")
	if err := os.WriteFile(from, []byte("{\"id\": \"a\"}\nnonsense\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := run(from, dir); err == nil || !strings.HasPrefix(err.Error(), from+":2: invalid character") {
		t.Errorf("nonsense: %v", err)
	}
	if err := run(filepath.Join(dir, "nowhere"), dir); !os.IsNotExist(err) {
		t.Errorf("a file that is not there: %v", err)
	}
}
