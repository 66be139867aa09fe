package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A knowledge base that takes long to learn says so in one line, and a small one does not.
func TestLearningIsAnnounced(t *testing.T) {
	for _, asked := range []int{10, manyPhrasings} {
		dir := t.TempDir()
		text := "entries:\n" +
			"  - {id: colour, question: which colour is it, answer: Red., asked: [" + strings.Repeat("what hue, ", asked) + "red]}\n" +
			"  - {id: height, question: how high is it, answer: Ten metres., asked: [what height]}\n"
		if err := os.WriteFile(filepath.Join(dir, "things.yaml"), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		want := ""
		if asked == manyPhrasings {
			want = fmt.Sprintf("summitbot: learning the %d phrasings of %s, which takes a while\n", asked+4, dir)
		}
		var stdout, stderr bytes.Buffer
		a := app{stdout: &stdout, stderr: &stderr}
		if code := a.run([]string{"ask", "--kb", dir, "which colour is it"}); code != 0 || !strings.Contains(stdout.String(), "Red.") {
			t.Errorf("exit code %d, %s", code, &stdout)
		}
		if stderr.String() != want {
			t.Errorf("%d phrasings: %q, want %q", asked, &stderr, want)
		}
	}
}

// What the lint finds nothing about is fine; scripts show the rest.
func TestLintOfSoundKnowledge(t *testing.T) {
	dir := t.TempDir()
	var text strings.Builder
	text.WriteString("source: {publisher: Gazette, as_of: 2020, paragraphs: 1}\nentries:\n  - {id: colour, question: which colour is it, answer: Red., paragraphs: [1], asked: [")
	for i := range 50 {
		fmt.Fprintf(&text, "colour of part %d, ", i)
	}
	text.WriteString("what hue]}\n")
	if err := os.WriteFile(filepath.Join(dir, "things.yaml"), []byte(text.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	var stdout, stderr bytes.Buffer
	a := app{stdout: &stdout, stderr: &stderr}
	if code := a.run([]string{"kb", "lint", dir}); code != 0 || stdout.String() != dir+" is fine: 1 entries, 52 phrasings\n" {
		t.Errorf("exit code %d, %s%s", code, &stdout, &stderr)
	}
}
