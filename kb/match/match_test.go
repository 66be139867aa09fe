package match

import (
	"bufio"
	"bytes"
	"fmt"
	"math"
	"strings"
	"sync"
	"testing"
)

// bakery is a corpus about anything but what the bot was made for.
func bakery() *Corpus {
	return &Corpus{
		AsOf: [3]int{2024, 5, 1},
		Entries: []Entry{
			{ID: "opening", Question: "When is the bakery open?", Text: "From 6 to 18 o'clock, every day but Monday.", Tells: Of(When), Asked: []string{"opening hours", "when do you open", "at what time does the shop close", "are you open on sunday", "how late can I come", "is the bakery closed on monday", "business hours please", "till when are you open today"}},
			{ID: "founder", Question: "Who founded the bakery?", Text: "Anna Petersen founded it in 1931.", Tells: Of(Who, When), Asked: []string{"who started this shop", "founder", "who is anna petersen", "which person set up the bakery", "whose idea was the bakery", "in what year was the bakery founded", "who began the business in 1931", "is it true that anna founded it"}},
			{ID: "rye", Question: "What is in the rye bread?", Text: "Rye flour, water, salt and sourdough.", Tells: Of(What), Asked: []string{"ingredients of the rye loaf", "what is rye bread made of", "is there wheat in the rye bread", "does the dark bread contain yeast", "rye recipe", "what do you put into the rye", "allergens in the rye loaf", "is the rye bread sourdough"}},
			{ID: "where", Question: "Where is the bakery?", Text: "In Harbour Street 5, in Kiel.", Tells: Of(Where), Asked: []string{"address", "which street are you in", "how do I find the shop", "location of the bakery", "what town is the bakery in", "where can I find you", "is the bakery in kiel", "harbour street bakery"}},
			{ID: "owner-now", Class: NotTold, Question: "Who owns the bakery today?", Text: "That is not told.", Asked: []string{"present owner", "who runs the bakery now", "who is the boss these days", "to whom does the shop belong today", "name of the owner", "who took over after anna", "is it still owned by the family", "current proprietor"}},
			{ID: "hello", Class: Talk, Question: "Hello", Text: "Hello!", Asked: []string{"hi", "hey there", "good morning", "hiya", "greetings", "good evening"}},
		},
		FollowUps: []FollowUp{
			{After: "opening", Entry: "rye", Asked: []string{"and that bread, was it any good", "what bread do you sell then"}},
			{After: "where", Entry: "rye", Asked: []string{"which loaf do they bake there"}},
			{After: "where", Entry: "opening"},
			{After: "nothing", Entry: "rye", Asked: []string{"and that bread, was it any good"}},
			{After: "rye", Entry: "nothing"},
		},
		Names: []Name{
			{ID: "anna", Kind: Person, Names: []string{"Anna Petersen", "Anna", "Petersen", "Анна"}, Roles: []string{"the founding baker"}},
			{ID: "kiel", Kind: Place, Names: []string{"Kiel"}},
		},
		Elsewhere: []string{"Hamburg", "Otto Hansen"},
	}
}

var bakeryIndex = sync.OnceValue(func() *Index { return Learn(bakery(), Options{Folds: -1}) })

func TestMatch(t *testing.T) {
	ix := bakeryIndex()
	for _, tt := range []struct{ ask, want string }{
		{"when does the bakery open?", "opening"},
		{"opning hours plz", "opening"},
		{"Who set the shop up?", "founder"},
		{"who was Анна", "founder"},
		{"flour in your rye", "rye"},
		{"whats in teh rye braed", "rye"},
		{"which street is it", "where"},
		{"hiya", "hello"},
		{"who is the owner today", "owner-now"},
	} {
		t.Run(tt.ask, func(t *testing.T) {
			r := ix.Match(Query{Text: tt.ask})
			all := append(append([]Candidate{}, r.Best...), r.Not...)
			best := all[0]
			for _, c := range all {
				if c.Score > best.Score {
					best = c
				}
			}
			if best.ID != tt.want {
				t.Errorf("best is %s, want %s: %+v", best.ID, tt.want, all)
			}
		})
	}
}

func TestEveryPhrasingFindsItsEntry(t *testing.T) {
	ix, c := bakeryIndex(), bakery()
	for _, e := range c.Entries {
		for _, p := range append(e.Asked, e.Question) {
			r := ix.Match(Query{Text: p})
			list := r.Best
			if e.Class == NotTold {
				list = r.Not
			}
			if len(list) == 0 || list[0].ID != e.ID {
				t.Errorf("%q does not find %s", p, e.ID)
			}
		}
	}
}

// A slip that stands in several phrasings is still a slip, where the word it is of is much commoner.
func TestSlipsInPhrasingsAreCorrected(t *testing.T) {
	c := bakery()
	for i := range 40 {
		c.Entries[0].Asked = append(c.Entries[0].Asked, fmt.Sprint("opening question ", i))
	}
	for i := range 3 {
		c.Entries[2].Asked = append(c.Entries[2].Asked, fmt.Sprint("openign the rye ", i))
	}
	a := newAnalyser(c)
	if ws := a.analyse("openign", nil); ws[0].text != "opening" || ws[0].corrected != "openign" {
		t.Errorf("%q is read as %q", "openign", ws[0].text)
	}
}

func TestTalkMustBeCovered(t *testing.T) {
	ix := bakeryIndex()
	if r := ix.Match(Query{Text: "good morning"}); r.Best[0].ID != "hello" || r.Signals.Covered < talkCovered {
		t.Errorf("a greeting is covered %.2f by %s", r.Signals.Covered, r.Best[0].ID)
	}
	if r := ix.Match(Query{Text: "good zebra quantum morning physics"}); r.Outcome == Answer && r.Best[0].Class == Talk {
		t.Error("a text that is hardly a greeting is taken for one")
	}
}

func TestEvidence(t *testing.T) {
	ix := bakeryIndex()
	evidence := func(ask, entry string) Evidence {
		for _, list := range [][]Candidate{ix.Match(Query{Text: ask}).Best, ix.Match(Query{Text: ask}).Not} {
			for _, c := range list {
				if c.ID == entry {
					return c.Evidence
				}
			}
		}
		t.Fatalf("%s is no candidate for %q", entry, ask)
		return Evidence{}
	}
	if e := evidence("what did Anna put into the rye bread", "rye"); e.Names == 0 {
		t.Error("a person that the entry is not about does not count against it")
	}
	if e := evidence("who is Anna", "founder"); e.Names != 0 {
		t.Error("a person that the entry is about counts against it")
	}
	if e := evidence("was it founded in 1950", "founder"); e.Numbers != 1 {
		t.Errorf("a year that the entry does not have counts %v", e.Numbers)
	}
	if e := evidence("was it founded in 1931", "founder"); e.Numbers != 0 {
		t.Errorf("a year that the entry has counts %v", e.Numbers)
	}
	if e := evidence("where was the bakery founded", "founder"); e.Kind != 1 {
		t.Error("a place asked of an entry that tells none does not count against it")
	}
	if s := ix.Match(Query{Text: "is there a shop in Hamburg"}).Signals; s.Foreign != 1 {
		t.Errorf("a name from elsewhere counts %v", s.Foreign)
	}
	if s := ix.Match(Query{Text: "did otto hansen work here"}).Signals; s.Foreign != 1 {
		t.Errorf("a name of two words from elsewhere counts %v", s.Foreign)
	}
	if s := ix.Match(Query{Text: "will you open in 2031"}).Signals; s.Late != 1 {
		t.Error("a year after the last that is told is not noticed")
	}
}

// What the words and the rest are said to give must add up to the score that decided.
func TestSharesAddUp(t *testing.T) {
	ix := bakeryIndex()
	for _, ask := range []string{"who founded the bakery", "wat is in teh rye bread of Anna?", "when, and where in Kiel"} {
		w := &work{}
		r := ix.match(Query{Text: ask}, w)
		for _, c := range r.Best {
			sum := 0.0
			for _, s := range ix.shares(w, c.Entry) {
				sum += s
			}
			if math.Abs(sum-c.Logit) > 1e-3 {
				t.Errorf("%q: shares for %s add up to %.4f, its logit is %.4f", ask, c.ID, sum, c.Logit)
			}
		}
		if lines := ix.Explain(Query{Text: ask}); len(lines) < 5 {
			t.Errorf("%q is explained in %d lines", ask, len(lines))
		}
	}
}

func TestLean(t *testing.T) {
	ix := bakeryIndex()
	r := ix.Match(Query{Text: "and when?", Lean: 2, Context: Context{Before: "Who founded the bakery?", Last: "founder"}})
	if r.Best[0].ID != "founder" {
		t.Errorf("\"and when?\" after the founder finds %s", r.Best[0].ID)
	}
	r = ix.Match(Query{Text: "and the dark bread, what is in it", Lean: .6, Context: Context{Before: "Who founded the bakery?", Last: "founder"}})
	if r.Best[0].ID != "rye" {
		t.Errorf("another subject finds %s", r.Best[0].ID)
	}
}

// Each part of the context moves the entries it names, and only in its own direction.
func TestContext(t *testing.T) {
	ix := bakeryIndex()
	type said struct {
		c     Context
		typed string
	}
	score := func(s said) float64 {
		s.c.Before = "Who founded the bakery?"
		r := ix.Match(Query{Text: "and that one, was it any good?", Typed: s.typed, Lean: 1, Context: s.c})
		for _, x := range append(r.Best, r.Not...) {
			if x.ID == "rye" {
				return x.Logit
			}
		}
		t.Fatal("rye is no candidate")
		return 0
	}
	told := func(ids ...string) said { return said{c: Context{Told: ids}} }
	for _, tt := range []struct {
		what       string
		less, more said
	}{
		{"belongs after it", told("founder"), told("where")},
		{"belongs after the last", told("where", "founder"), told("founder", "where")},
		{"worded like it", told("opening"), said{told("opening").c, "and that bread, was it any good?"}},
		{"told before", told("rye"), told()},
		{"just answered", said{c: Context{Last: "rye"}}, told()},
		{"nothing to go on", told(), told("where")},
	} {
		if less, more := score(tt.less), score(tt.more); less >= more {
			t.Errorf("%s: %.2f, not more than %.2f", tt.what, more, less)
		}
	}
	nonsense := ix.Match(Query{Text: "and qwertz zxcv", Lean: 1, Context: Context{Before: "Where is the bakery?", Last: "where", Told: []string{"where"}}})
	if plain := ix.Match(Query{Text: "and qwertz zxcv"}); nonsense.Best[0].Logit != plain.Best[0].Logit {
		t.Errorf("nonsense leans on what was said: %.2f instead of %.2f", nonsense.Best[0].Logit, plain.Best[0].Logit)
	}
	if plain, got := score(told()), score(said{c: Context{Told: []string{"nothing"}, Last: "nothing"}}); got != plain {
		t.Errorf("unknown ids move the score from %.2f to %.2f", plain, got)
	}
}

func TestExplainFollowUp(t *testing.T) {
	q := Query{Text: "and that bread, was it any good?", Lean: 1, Context: Context{Before: "When is the bakery open?", Last: "opening", Told: []string{"where", "opening"}}}
	lines := strings.Join(bakeryIndex().Explain(q), "\n")
	if want := "is what is asked after opening"; !strings.Contains(lines, want) {
		t.Errorf("no word of %q in:\n%s", want, lines)
	}
}

func TestEncodeDecode(t *testing.T) {
	ix := bakeryIndex()
	var buf bytes.Buffer
	if err := ix.Encode(&buf); err != nil {
		t.Fatal(err)
	}
	data := buf.Bytes()
	back, err := Decode(bufio.NewReader(bytes.NewReader(data)))
	if err != nil {
		t.Fatal(err)
	}
	for _, ask := range []string{"opning hours", "who is Anna in Kiel", "Hamburg 2031", "hi", ""} {
		a, b := fmt.Sprint(ix.Match(Query{Text: ask})), fmt.Sprint(back.Match(Query{Text: ask}))
		if a != b {
			t.Errorf("%q: %s before, %s after", ask, a, b)
		}
		q := Query{Text: ask, Lean: 1, Context: Context{Before: "Where is the bakery?", Last: "where", Told: []string{"opening", "where"}}}
		if a, b := fmt.Sprint(ix.Match(q)), fmt.Sprint(back.Match(q)); a != b {
			t.Errorf("%q, after another: %s before, %s after", ask, a, b)
		}
	}
	for _, n := range []int{0, 1, len(data) / 3, len(data) - 1} {
		if _, err := Decode(bufio.NewReader(bytes.NewReader(data[:n]))); err == nil {
			t.Errorf("the first %d of %d bytes are taken for an index", n, len(data))
		}
	}
}

func TestLearnIsDeterministic(t *testing.T) {
	var a, b bytes.Buffer
	if err := Learn(bakery(), Options{}).Encode(&a); err != nil {
		t.Fatal(err)
	}
	if err := Learn(bakery(), Options{}).Encode(&b); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(a.Bytes(), b.Bytes()) {
		t.Error("two runs over the same corpus differ")
	}
}

func TestConcurrentUse(t *testing.T) {
	ix := bakeryIndex()
	want := fmt.Sprint(ix.Match(Query{Text: "who founded it"}))
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for i := range 50 {
				ix.Match(Query{Text: strings.Repeat("rye ", i)})
				if got := fmt.Sprint(ix.Match(Query{Text: "who founded it"})); got != want {
					t.Errorf("got %s, want %s", got, want)
				}
			}
		})
	}
	wg.Wait()
}

func TestCalibration(t *testing.T) {
	c := bakery()
	ix := Learn(c, Options{Folds: 2})
	r := ix.Match(Query{Text: "opening hours"})
	if math.IsNaN(r.Confidence) || r.Confidence <= 0 || r.Confidence >= 1 {
		t.Errorf("confidence %v", r.Confidence)
	}
	if far := ix.Match(Query{Text: "quantum chromodynamics"}); far.Confidence >= r.Confidence {
		t.Errorf("nonsense has confidence %.2f, a phrasing %.2f", far.Confidence, r.Confidence)
	}
}

func FuzzMatch(f *testing.F) {
	for _, s := range []string{"", "when?", "Anna 1931 Hamburg!!", strings.Repeat("rye bread ", 300), "\xff\x00", "a", "9999999999 1"} {
		f.Add(s, "Who founded the bakery?")
	}
	f.Fuzz(func(t *testing.T, s, before string) {
		for _, lean := range []float64{0, .5} {
			q := Query{Text: s, Lean: lean, Typed: s, Context: Context{Before: before, Last: "founder", Told: []string{"where", "founder"}}}
			bakeryIndex().Explain(q)
			r := bakeryIndex().Match(q)
			if math.IsNaN(r.Confidence) || r.Confidence < 0 || r.Confidence > 1 {
				t.Errorf("%q: confidence %v", s, r.Confidence)
			}
			if r.Outcome == Answer && len(r.Best) == 0 {
				t.Errorf("%q is answered by nothing", s)
			}
		}
	})
}

func ExampleIndex_Match() {
	ix := Learn(&Corpus{Entries: []Entry{
		{ID: "opening", Question: "When is the bakery open?", Asked: []string{"opening hours", "when do you close"}},
		{ID: "rye", Question: "What is in the rye bread?", Asked: []string{"rye ingredients", "what is the dark bread made of"}},
	}}, Options{})
	fmt.Println(ix.Match(Query{Text: "wat is in ur rye loaf"}).Best[0].ID)
	// Output: rye
}
