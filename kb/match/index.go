package match

import (
	"math"
	"slices"
	"sync"

	"summitbot/kb/match/lexicon"
)

// A Corpus is what an index is learnt from.
type Corpus struct {
	Entries   []Entry
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
	hasNot   bool // there are entries of class NotTold
	pool     sync.Pool
}

// info is what is known of an entry for scoring it.
type info struct {
	id      string
	class   Class
	tells   Kinds
	names   []uint64 // bit set over the names it is about
	numbers map[int32]bool
	stems   [][]stemWeight // each phrasing's stems, for the nearest
}

type stemWeight struct {
	id     int32
	weight float32
}

// A work holds what one question needs, to be used again by another.
type work struct {
	words    []word
	mentions []mention
	names    []int32
	x        extract
	s        scratch
	z        []float32
	order    []int32
}

// read analyses a text into w: its words, the names in it and the features.
func (a *analyser) read(text string, w *work) Kinds {
	w.words = a.analyse(text, w.words[:0])
	w.mentions = a.names.find(w.words, w.mentions[:0])
	kinds := asks(w.words)
	w.words = a.names.collapse(w.words, w.mentions)
	w.names = w.names[:0]
	for _, m := range w.mentions {
		if !slices.Contains(w.names, m.name) {
			w.names = append(w.names, m.name)
		}
	}
	w.x.from(w.words, kinds, w.names, a.names.hash)
	return kinds
}

// fewPhrasings is how many phrasings an entry has on average in a corpus that is small enough to keep rare features.
const rareKept = 6000

// Options say how an index is learnt; the zero value is right.
type Options struct {
	Passes   int                             // of the trainer; 0 is 5
	Progress func(step string, done, of int) // told what is going on; may be nil
}

// Learn makes an index from a corpus. It is deterministic.
func Learn(c *Corpus, opt Options) *Index {
	if opt.Passes == 0 {
		opt.Passes = 5
	}
	if opt.Progress == nil {
		opt.Progress = func(string, int, int) {}
	}
	ix := newIndex(c)
	ex := ix.examples(c)
	ix.vocab = count(ex.extracts, ex.class, len(c.Entries), len(ex.class) < rareKept)
	vs := ix.vectors(ex.extracts)
	w := train(vs, ex.class, ix.vocab.rows, len(c.Entries), regularisation, opt.Passes)
	ix.model = compress(w)
	return ix
}

const regularisation = 30

func newIndex(c *Corpus) *Index {
	ix := &Index{byID: map[string]int32{}, asOf: c.AsOf, analyser: newAnalyser(c)}
	nameID := map[string]int32{}
	for i, n := range c.Names {
		nameID[n.ID] = int32(i)
	}
	w := &work{}
	for i := range c.Entries {
		e := &c.Entries[i]
		ix.byID[e.ID] = int32(i)
		in := info{id: e.ID, class: e.Class, tells: e.Tells, names: make([]uint64, (len(c.Names)+63)/64), numbers: map[int32]bool{}}
		note := func(text string) {
			ix.analyser.read(text, w)
			for _, m := range w.mentions {
				in.names[m.name/64] |= 1 << (m.name % 64)
			}
			for _, word := range w.words {
				if n, ok := number(word.text); ok {
					in.numbers[n] = true
				}
			}
		}
		note(e.Question)
		note(e.Text)
		// Two phrasings that name somebody are a pattern, one may be a slip.
		tally := map[int32]int{}
		numbers := map[int32]int{}
		for _, p := range e.Asked {
			ix.analyser.read(p, w)
			for _, n := range w.names {
				tally[n]++
			}
			for _, word := range w.words {
				if n, ok := number(word.text); ok {
					numbers[n]++
				}
			}
		}
		for n, times := range tally {
			if times >= 2 {
				in.names[n/64] |= 1 << (n % 64)
			}
		}
		for n, times := range numbers {
			if times >= 2 {
				in.numbers[n] = true
			}
		}
		for _, id := range e.About {
			if n, ok := nameID[id]; ok {
				in.names[n/64] |= 1 << (n % 64)
			}
		}
		if e.Class == NotTold {
			ix.hasNot = true
		}
		ix.entries = append(ix.entries, in)
	}
	ix.pool.New = func() any { return &work{} }
	return ix
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

// examples are all the phrasings, read.
type examples struct {
	extracts []*extract
	class    []int
}

func (ix *Index) examples(c *Corpus) examples {
	var ex examples
	w := &work{}
	for i := range c.Entries {
		e := &c.Entries[i]
		for _, text := range append([]string{e.Question}, e.Asked...) {
			ix.analyser.read(text, w)
			ex.extracts = append(ex.extracts, w.x.clone())
			ex.class = append(ex.class, i)
		}
	}
	return ex
}

func (ix *Index) vectors(xs []*extract) []vector {
	vs := make([]vector, len(xs))
	s := &scratch{}
	for i, x := range xs {
		v := ix.vocab.vectorize(x, s)
		vs[i] = vector{slices.Clone(v.feature), slices.Clone(v.value)}
	}
	return vs
}

// A model is the weights as they are used: of each feature only those that matter, as one byte each.
type model struct {
	classes int
	start   []uint32 // feature f has class[start[f]:start[f+1]]
	class   []uint16
	weight  []int8
	scale   []float32 // of each feature's weights
	dense   []float32 // rows of the sense features, all classes
	bias    []float32
}

// pruned is the size, against the largest weight of all, under which a weight is dropped.
var pruned float32 = .004

func compress(w *weights) *model {
	m := &model{classes: w.classes}
	features := len(w.w)/w.classes - lexicon.Dims
	most := float32(0)
	for _, x := range w.w[:features*w.classes] {
		most = max(most, x, -x)
	}
	m.start = append(m.start, 0)
	for f := range features {
		row := w.row(int32(f))
		top := float32(0)
		for _, x := range row {
			top = max(top, x, -x)
		}
		scale := top / 127
		m.scale = append(m.scale, scale)
		for k, x := range row {
			if x < pruned*most && x > -pruned*most || scale == 0 {
				continue
			}
			q := int8(math.RoundToEven(float64(x / scale)))
			if q != 0 {
				m.class = append(m.class, uint16(k))
				m.weight = append(m.weight, q)
			}
		}
		m.start = append(m.start, uint32(len(m.class)))
	}
	m.dense = slices.Clone(w.w[features*w.classes:])
	return m
}

// score adds up z, one score a class.
func (m *model) score(v vector, z []float32) {
	clear(z)
	features := int32(len(m.scale))
	for i, f := range v.feature {
		x := v.value[i]
		if f >= features {
			d := int(f-features) * m.classes
			blas.Saxpy(m.classes, x, m.dense[d:d+m.classes], 1, z, 1)
			continue
		}
		x *= m.scale[f]
		from, to := m.start[f], m.start[f+1]
		weight := m.weight[from:to]
		for j, k := range m.class[from:to] {
			z[k] += x * float32(weight[j])
		}
	}
}
