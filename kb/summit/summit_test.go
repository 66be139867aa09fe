package summit

import (
	"fmt"
	"os"
	"testing"

	"summitbot/kb"
	"summitbot/kb/match"
)

// What was learnt must be of the files as they are: run go generate ./kb/summit after every change of them.
func TestLearntIsInStep(t *testing.T) {
	base, _, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	files, err := kb.Load(os.DirFS("."), "kb/summit")
	if err != nil {
		t.Fatal(err)
	}
	packed, err := kb.Load(Files(), "kb/summit")
	if err != nil {
		t.Fatal(err)
	}
	if packed.Version != files.Version {
		t.Errorf("files.zip is of version %s, the files are of %s: run go generate ./kb/summit", packed.Version, files.Version)
	}
	if base.Version != files.Version {
		t.Errorf("learnt.bin.zst is of version %s, the files are of %s: run go generate ./kb/summit", base.Version, files.Version)
	}
	if base.Count(kb.Told) != files.Count(kb.Told) || base.Count(kb.NotTold) != files.Count(kb.NotTold) {
		t.Error("learnt.bin.zst has other entries than the files")
	}
}

// Every entry is found by its own headline, or by one that is asked the same.
func TestHeadlines(t *testing.T) {
	base, index, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	missed := 0
	for i := range base.Entries {
		e := &base.Entries[i]
		r := index.Match(match.Query{Text: e.Question})
		list := r.Best
		if e.Class == kb.NotTold {
			list = r.Not
		}
		if list[0].ID != e.ID {
			missed++
			t.Logf("%s: %q finds %s", e.ID, e.Question, list[0].ID)
		}
	}
	if share := float64(missed) / float64(len(base.Entries)); share > .03 {
		t.Errorf("%.1f %% of the headlines find another entry", 100*share)
	}
}

func BenchmarkMatch(b *testing.B) {
	base, index, err := Load()
	if err != nil {
		b.Fatal(err)
	}
	tests, err := kb.LoadTests(Files(), "kb/summit", base)
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		index.Match(match.Query{Text: tests.Questions[i%len(tests.Questions)].Ask})
	}
}

// From nothing to the first answer, but for the process's own start.
func BenchmarkLoad(b *testing.B) {
	for b.Loop() {
		_, index, err := Load()
		if err != nil {
			b.Fatal(err)
		}
		index.Match(match.Query{Text: "when did they last meet"})
	}
}

func ExampleLoad() {
	base, index, err := Load()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return
	}
	r := index.Match(match.Query{Text: "wen did trump n putin last see each other"})
	fmt.Println(r.Outcome, r.Best[0].ID)
	fmt.Println(base.Source.Publisher, base.Source.AsOf)
	// Output:
	// answer trump-putin-last-met
	// Observador 14 August 2025
}
