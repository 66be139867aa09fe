package kb

import (
	"strings"
	"testing"

	"summitbot/kb/match"
)

// Every lint has a file that it finds fault with; exactly what it finds stands beside the file. Other lints find more in
// such small knowledge bases.
func TestLint(t *testing.T) {
	for _, name := range fixtures(t, "*.poor.yaml") {
		t.Run(name, func(t *testing.T) {
			b, err := Load(fixture(t, name), "kb")
			if err != nil {
				t.Fatal(err)
			}
			check := strings.TrimSuffix(name, ".poor.yaml")
			var ix *match.Index
			if check == "thief" {
				ix = match.Learn(b.Corpus(), match.Options{Folds: -1})
			}
			var got strings.Builder
			for _, p := range Lint(b, ix) {
				if p.Broken {
					t.Errorf("%v is called broken", p)
				}
				if p.Check == check {
					got.WriteString(p.String() + "\n")
				}
			}
			golden(t, name, got.String())
		})
	}
}

func TestLintSound(t *testing.T) {
	b, err := Load(fixture(t, "sound.yaml"), "kb")
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range Lint(b, match.Learn(b.Corpus(), match.Options{Folds: -1})) {
		t.Error(p)
	}
}

func TestLintWithoutParagraphs(t *testing.T) {
	b, err := Load(folder("a.yaml", entry), "kb")
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range Lint(b, nil) {
		if p.Check != "few-phrasings" {
			t.Errorf("a source without numbered paragraphs: %v", p)
		}
	}
}
