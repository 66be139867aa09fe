package main

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"summitbot/kb"
	"summitbot/kb/match"
)

const lighthouse = `
entries:
  - id: height
    question: How high is the lighthouse?
    answer: 42 metres.
    asked: [how tall is the tower, height in metres]
  - id: keeper
    question: Who kept the light?
    answer: Ada Kerr.
    asked: [name of the keeper, who looked after the lamp]
`

// What is written answers without the files, and is the same each time.
func TestRun(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "a.yaml"), []byte(lighthouse), 0o600); err != nil {
		t.Fatal(err)
	}
	var made [2][]byte
	for i := range made {
		out := filepath.Join(dir, "learnt.bin.zst")
		if err := run(dir, out, false); err != nil {
			t.Fatal(err)
		}
		var err error
		if made[i], err = os.ReadFile(out); err != nil {
			t.Fatal(err)
		}
	}
	if !bytes.Equal(made[0], made[1]) {
		t.Error("the second time it is another file")
	}
	b, ix, err := kb.Restore(bytes.NewReader(made[0]))
	if err != nil {
		t.Fatal(err)
	}
	r := ix.Match(match.Query{Text: "the keeper's name"})
	if len(r.Best) == 0 || r.Best[0].ID != "keeper" {
		t.Fatalf("found %+v", r.Best)
	}
	if e, _ := b.Entry("keeper"); e.Answer != "Ada Kerr." {
		t.Errorf("it answers %q", e.Answer)
	}
}

// Faults leave what was learnt before as it is.
func TestRunRefuses(t *testing.T) {
	dir := t.TempDir()
	out := filepath.Join(dir, "learnt.bin.zst")
	for name, text := range map[string]string{
		filepath.Join(dir, "a.yaml"):      lighthouse,
		filepath.Join(dir, "a.test.yaml"): "questions: [{ask: how wide, want: [width]}]",
		out:                               "from before",
	} {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := run(dir, out, false); !kb.IsBroken(err) {
		t.Errorf("a test that wants nothing there is: %v", err)
	}
	if err := os.WriteFile(filepath.Join(dir, "a.yaml"), []byte("entries: [{id: x}]"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := run(dir, out, false); !kb.IsBroken(err) {
		t.Errorf("a broken knowledge base: %v", err)
	}
	if data, err := os.ReadFile(out); string(data) != "from before" {
		t.Errorf("now it is %q, %v", data, err)
	}
}
