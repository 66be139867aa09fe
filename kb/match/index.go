package match

import (
	"cmp"
	"math"
	"slices"
	"sync"
)

// A Corpus is what an index is learnt from.
type Corpus struct {
	Entries   []Entry
	FollowUps []FollowUp
	Names     []Name
	Elsewhere []string // names of what no entry is about
	AsOf      [3]int   // year, month, day after which nothing is told; zero is no limit
}

// A Class says what finding an entry means.
type Class uint8

// The classes of entries.
const (
	Told    Class = iota // it answers
	NotTold              // it says that there is no answer
	Talk                 // it is no question about the corpus's subject
)

// An Entry is one thing to find, with the ways of asking for it.
type Entry struct {
	ID       string
	Class    Class
	Question string // its headline
	Text     string // its answer: who and what it is about is read from it, not how it is asked
	Asked    []string
	Tells    Kinds    // what it tells; none is anything
	About    []string // ids of names, beyond those it mentions
}

// An Index finds the entry for a question. It is built once, only read, and safe for concurrent use without locks.
type Index struct {
	entries  []info
	byID     map[string]int32
	analyser *analyser
	vocab    *vocabulary
	model    *model
	asOf     [3]int
	policy   policy
	rarity   []float32          // of each name, 0 (all entries are about it) to 1
	follows  []follow           // of each entry
	common   map[string]*common // the commonest words
	named    []*common          // the words that stand for each name; nil for a name that stays as it is written
	hasNot   bool               // there are entries of class NotTold
	pool     sync.Pool
}

// info is what is known of an entry for weighing evidence.
type info struct {
	id      string
	class   Class
	tells   Kinds
	names   []uint64 // bit set over the names it is about
	numbers []int32  // years and other numbers it has, sorted
	stems   []int32  // of its phrasings, sorted: features of the vocabulary
}

func (in *info) about(name int32) bool { return in.names[name/64]&(1<<(name%64)) != 0 }

// A work holds what one question needs, to be used again by another.
type work struct {
	words    []word
	mentions []mention
	names    []int32
	kinds    Kinds
	x        extract
	s        scratch
	z        []float32 // a score for each entry
	stems    []int32
	common   []*common // of each word, nil if it is not common
	times    []uint16  // how often each feature of the characters was seen; all zero between questions
}

// read analyses a text into w: its words, the names in it and what it asks for.
func (a *analyser) read(text string, w *work) {
	w.words = a.analyse(text, w.words[:0])
	w.mentions = a.names.find(w.words, w.mentions[:0])
	w.kinds = asks(w.words)
	w.words = a.names.collapse(w.words, w.mentions)
	w.names = w.names[:0]
	for _, m := range w.mentions {
		if !slices.Contains(w.names, m.name) {
			w.names = append(w.names, m.name)
		}
	}
}

const (
	enoughAsked = 20  // phrasings that show which kinds of thing are asked for
	kindAsked   = .04 // the share of them that must ask for a kind
)

// rareKept is up to how many phrasings a corpus is small enough to keep features that only one of them has.
const rareKept = 6000

// Options say how an index is learnt; the zero value is right.
type Options struct {
	Passes     int                             // of the trainer; 0 is 24, or 4 where there are many phrasings
	Folds      int                             // of the calibration on held-out phrasings; 0 is 3, or 2 where there are many phrasings; negative is none
	FoldPasses int                             // of the trainer in each; 0 is 2
	Tests      []Test                          // questions to calibrate on, if there are enough
	Progress   func(step string, done, of int) // told what is going on; may be nil
}

// Learn makes an index from a corpus. It is deterministic.
func Learn(c *Corpus, opt Options) *Index {
	opt.FoldPasses = cmp.Or(opt.FoldPasses, 2)
	if opt.Progress == nil {
		opt.Progress = func(string, int, int) {}
	}
	opt.Progress("reading phrasings", 0, 1)
	ix := newIndex(c)
	ix.policy = defaultPolicy
	ex := ix.examples(c)
	passes, folds := 4, 2 // whoever starts the bot waits for it
	if len(ex) < rareKept {
		passes, folds = 24, 3 // it is quick
	}
	opt.Passes, opt.Folds = cmp.Or(opt.Passes, passes), cmp.Or(opt.Folds, folds)
	opt.Progress("learning", 0, 1)
	// The folds learn beside the index itself.
	var held []judged
	var wg sync.WaitGroup
	if opt.Folds > 0 && len(opt.Tests) < enoughTests {
		start := ix.blank()
		wg.Go(func() { held = start.holdOut(ex, opt.Folds, opt.FoldPasses, opt.Progress) })
	}
	ix.fit(ex, opt.Passes)
	wg.Wait()
	if opt.Folds > 0 {
		ix.calibrate(opt.Tests, held)
	}
	return ix
}

// regularisation is the weight of the loss against that of the weights' size; 3 to 100 do about as well.
const regularisation = 30

// newIndex reads all that does not depend on the trained model.
func newIndex(c *Corpus) *Index {
	ix := &Index{byID: map[string]int32{}, asOf: c.AsOf, analyser: newAnalyser(c)}
	nameID := map[string]int32{}
	for i, n := range c.Names {
		nameID[n.ID] = int32(i)
	}
	w := &work{}
	for i := range c.Entries {
		e := &c.Entries[i]
		in := info{id: e.ID, class: e.Class, tells: e.Tells, names: make([]uint64, (len(c.Names)+63)/64)}
		// One phrasing that names somebody may be a slip; two are a pattern, as are the entry's own words.
		names, numbers := map[int32]int{}, map[int32]int{}
		var kinds [kindCount]int
		note := func(text string, times int) {
			ix.analyser.read(text, w)
			for k := range kindCount {
				if w.kinds.Has(k) {
					kinds[k]++
				}
			}
			for _, n := range w.names {
				names[n] += times
			}
			for _, word := range w.words {
				if n, ok := number(word.text); ok {
					numbers[n] += times
				}
			}
		}
		note(e.Question, 2)
		note(e.Text, 2)
		for _, p := range e.Asked {
			note(p, 1)
		}
		for _, id := range e.About {
			if n, ok := nameID[id]; ok {
				names[n] += 2
			}
		}
		for n, times := range names {
			if times >= 2 {
				in.names[n/64] |= 1 << (n % 64)
			}
		}
		for n, times := range numbers {
			if times >= 2 {
				in.numbers = append(in.numbers, n)
			}
		}
		slices.Sort(in.numbers)
		// What is not told is said to be told of the kinds that people ask for in vain.
		if in.tells == 0 && len(e.Asked) >= enoughAsked {
			for k, n := range kinds {
				if float64(n) >= kindAsked*float64(len(e.Asked)) {
					in.tells |= Of(Kind(k))
				}
			}
		}
		ix.add(in)
	}
	ix.followBy(c.FollowUps)
	return ix
}

// add takes in an entry.
func (ix *Index) add(in info) {
	ix.byID[in.id] = int32(len(ix.entries))
	ix.hasNot = ix.hasNot || in.class == NotTold
	ix.entries = append(ix.entries, in)
}

func number(s string) (int32, bool) {
	if s == "" || len(s) > 6 {
		return 0, false
	}
	n := int32(0)
	for i := 0; i < len(s); i++ {
		if s[i] < '0' || s[i] > '9' {
			return 0, false
		}
		n = n*10 + int32(s[i]-'0')
	}
	return n, true
}

// An example is one phrasing, read, with the entry that it asks for.
type example struct {
	text  string
	x     *extract
	entry int
}

func (ix *Index) examples(c *Corpus) []example {
	var out []example
	w := &work{}
	for i := range c.Entries {
		e := &c.Entries[i]
		for _, text := range append([]string{e.Question}, e.Asked...) {
			ix.analyser.read(text, w)
			w.x.from(w.words, w.kinds, w.names, ix.analyser.names.hash)
			out = append(out, example{text, w.x.clone(), i})
		}
	}
	return out
}

// fit trains on the examples: vocabulary, weights, and the stems that each entry's phrasings have.
func (ix *Index) fit(ex []example, passes int) {
	xs, entry := make([]*extract, len(ex)), make([]int, len(ex))
	for i, e := range ex {
		xs[i], entry[i] = e.x, e.entry
	}
	ix.vocab = count(xs, entry, len(ix.entries), len(ex) < rareKept)
	s := &scratch{}
	vs := make([]vector, len(xs))
	for i, x := range xs {
		v := ix.vocab.vectorize(x, s)
		vs[i] = vector{slices.Clone(v.feature), slices.Clone(v.value)}
	}
	weights := train(vs, entry, ix.vocab.rows, len(ix.entries), regularisation, passes)
	var order []int32
	ix.model, order = compress(weights)
	ix.vocab.reorder(order)
	for i := range ix.entries {
		ix.entries[i].stems = nil
	}
	for _, e := range ex {
		in := &ix.entries[e.entry]
		in.stems, _ = ix.vocab.stems(e.x, in.stems)
	}
	for i := range ix.entries {
		ix.entries[i].stems = slices.Clone(ix.entries[i].stems)
	}
	ix.derive()
}

// derive works out what follows from what was learnt.
func (ix *Index) derive() {
	ix.pool.New = func() any { return &work{} }
	ix.prepare()
	// A name that many entries are about says little against an entry that is not.
	ix.rarity = make([]float32, len(ix.analyser.names.list))
	for n := range ix.rarity {
		about := 0
		for i := range ix.entries {
			if ix.entries[i].about(int32(n)) {
				about++
			}
		}
		ix.rarity[n] = float32(math.Log(float64(1+len(ix.entries))/float64(1+about))) / float32(math.Log(float64(2+len(ix.entries))))
	}
}
