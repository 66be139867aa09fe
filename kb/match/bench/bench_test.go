// Package bench measures the matcher against its peers over the same phrasings, in one run, so that the ratios hold on any
// machine:
//
//	cd kb/match/bench && go test -run . -bench . -v
package bench

import (
	"context"
	"fmt"
	"os"
	"runtime"
	"strings"
	"sync"
	"testing"

	"github.com/blevesearch/bleve/v2"
	"github.com/blevesearch/bleve/v2/mapping"

	"summitbot/bot"
	"summitbot/kb"
	"summitbot/kb/match"
	"summitbot/kb/summit"
)

// load returns the knowledge base, and its regression questions, which are what is asked here.
var load = sync.OnceValue(func() (l struct {
	base  *kb.Base
	full  *kb.Base // with phrasings
	index *match.Index
	tests kb.Tests
}) {
	var err error
	if l.base, l.index, err = summit.Load(); err != nil {
		panic(err)
	}
	if l.full, err = kb.Load(summit.Files(), "kb/summit"); err != nil {
		panic(err)
	}
	if l.tests, err = kb.LoadTests(summit.Files(), "kb/summit", l.full); err != nil {
		panic(err)
	}
	return l
})

type document struct {
	Text string `json:"text"`
}

// bleveIndex holds one document a phrasing; an id is the entry's and the phrasing's number.
func bleveIndex(tb testing.TB, b *kb.Base) bleve.Index {
	text := bleve.NewTextFieldMapping()
	text.Analyzer = "en"
	text.Store = false
	doc := mapping.NewDocumentMapping()
	doc.AddFieldMappingsAt("text", text)
	m := bleve.NewIndexMapping()
	m.DefaultMapping = doc
	m.DefaultAnalyzer = "en"
	index, err := bleve.NewMemOnly(m)
	if err != nil {
		tb.Fatal(err)
	}
	batch := index.NewBatch()
	for _, e := range b.Entries {
		for i, p := range append([]kb.Phrase{{Text: e.Question}}, e.Asked...) {
			if err := batch.Index(fmt.Sprintf("%s#%d", e.ID, i), document{p.Text}); err != nil {
				tb.Fatal(err)
			}
		}
		if batch.Size() > 2000 {
			if err := index.Batch(batch); err != nil {
				tb.Fatal(err)
			}
			batch = index.NewBatch()
		}
	}
	if err := index.Batch(batch); err != nil {
		tb.Fatal(err)
	}
	return index
}

func bleveBest(tb testing.TB, index bleve.Index, question string) string {
	q := bleve.NewMatchQuery(question)
	q.SetField("text")
	q.SetFuzziness(1)
	r, err := index.Search(bleve.NewSearchRequestOptions(q, 3, 0, false))
	if err != nil {
		tb.Fatal(err)
	}
	if len(r.Hits) == 0 {
		return kb.None
	}
	id, _, _ := strings.Cut(r.Hits[0].ID, "#")
	return id
}

// BenchmarkQuestion matches the regression questions, one after another.
func BenchmarkQuestion(b *testing.B) {
	l := load()
	runtime.GOMAXPROCS(1)
	b.Run("summitbot", func(b *testing.B) {
		b.ReportAllocs()
		for i := 0; b.Loop(); i++ {
			l.index.Match(match.Query{Text: l.tests.Questions[i%len(l.tests.Questions)].Ask})
		}
	})
	b.Run("bleve", func(b *testing.B) {
		index := bleveIndex(b, l.full)
		defer index.Close()
		b.ReportAllocs()
		b.ResetTimer()
		for i := 0; b.Loop(); i++ {
			bleveBest(b, index, l.tests.Questions[i%len(l.tests.Questions)].Ask)
		}
	})
}

// TestRight counts how many of the regression questions come out right. bleve, which has no notion of silence, is silent
// where its best phrasing is of an entry that says what is not told. Since that alone may decide, the first guesses are
// compared as well, over the questions that have an answer.
func TestRight(t *testing.T) {
	l := load()
	index := bleveIndex(t, l.full)
	defer index.Close()
	peer, answerable, ourGuess, peerGuess := 0, 0, 0, 0
	for i := range l.tests.Questions {
		c := &l.tests.Questions[i]
		got := bleveBest(t, index, c.Ask)
		found, ok := l.base.Entry(got)
		silent := !ok || found.Class == kb.NotTold
		switch {
		case silent && c.Right(kb.None, ""):
			peer++
		case !silent && c.Right(got, found.Answer):
			peer++
		}
		if c.Right(kb.None, "") {
			continue
		}
		answerable++
		if ok && c.Right(got, found.Answer) {
			peerGuess++
		}
		if r := l.index.Match(match.Query{Text: c.Ask}); len(r.Best) > 0 {
			if e, _ := l.base.Entry(r.Best[0].ID); c.Right(e.ID, e.Answer) {
				ourGuess++
			}
		}
	}
	failures, asked := bot.New(l.base, l.index, bot.Options{}).Regress(context.Background(), kb.Tests{Questions: l.tests.Questions})
	ours := asked - len(failures)
	t.Logf("right of %d: summitbot %d, bleve %d", asked, ours, peer)
	t.Logf("first guesses right, of %d that have an answer: summitbot %d, bleve %d", answerable, ourGuess, peerGuess)
	if ours <= peer || ourGuess <= peerGuess {
		t.Error("bleve is better")
	}
}

// synthetic makes a corpus of so many phrasings for each of 200 entries, from the real one's phrasings with words swapped
// between them, so that lengths and frequencies are like the real ones'.
func synthetic(b *kb.Base, phrasings int) *match.Corpus {
	const entries = 200
	var words [][]string
	for _, e := range b.Entries {
		for _, p := range e.Asked {
			words = append(words, strings.Fields(p.Text))
		}
	}
	c := &match.Corpus{}
	state := uint64(1)
	next := func(n int) int {
		state = state*6364136223846793005 + 1442695040888963407
		return int(state>>33) % n
	}
	for i := range entries {
		e := match.Entry{ID: fmt.Sprint("e", i), Question: strings.Join(words[next(len(words))], " ")}
		for range phrasings {
			own, other := words[(i*97+next(40))%len(words)], words[next(len(words))]
			mixed := append([]string{}, own...)
			for j := range mixed {
				if next(3) == 0 && j < len(other) {
					mixed[j] = other[j]
				}
			}
			e.Asked = append(e.Asked, strings.Join(mixed, " "))
		}
		c.Entries = append(c.Entries, e)
	}
	return c
}

// BenchmarkGrowth matches the regression questions against 1, 10 and 100 times the phrasings.
func BenchmarkGrowth(b *testing.B) {
	l := load()
	for _, times := range []int{1, 10, 100} {
		if times == 100 && os.Getenv("BENCH_ALL") == "" {
			continue // learning 200,000 phrasings takes minutes
		}
		ix := match.Learn(synthetic(l.full, 10*times), match.Options{Folds: -1})
		b.Run(fmt.Sprintf("phrasings=%d", 2000*times), func(b *testing.B) {
			for i := 0; b.Loop(); i++ {
				ix.Match(match.Query{Text: l.tests.Questions[i%len(l.tests.Questions)].Ask})
			}
		})
	}
}
