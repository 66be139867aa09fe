package match

import (
	"cmp"
	"math"
	"slices"

	"summitbot/kb/match/lexicon"
)

// prepared is how many of the corpus's commonest words are prepared; nine of ten words that people type are among them.
const prepared = 1500

// A common word's character features and its sense give each entry the same, whatever question they stand in, but for what
// scales the whole block. So they are added up once: a question takes two rows of such a word instead of more than a hundred.
type common struct {
	chars  []int32   // its character features that the vocabulary has, once for each time they occur
	unseen int       // how many it does not have
	char   []float32 // what the features give each entry
	sense  []float32 // what its sense gives each entry; nil if it has none
}

// prepare adds up what the commonest words give.
func (ix *Index) prepare() {
	words, counts := ix.analyser.spell.all()
	order := make([]int32, len(words))
	for i := range order {
		order[i] = int32(i)
	}
	slices.SortFunc(order, func(a, b int32) int { return cmp.Or(cmp.Compare(counts[b], counts[a]), cmp.Compare(a, b)) })
	order = order[:min(prepared, len(order))]
	ix.common = make(map[string]*common, len(order))
	for _, i := range order {
		ix.common[words[i]] = ix.prepareWord(words[i], ix.analyser.words[words[i]].sense)
	}
	ix.named = make([]*common, len(ix.analyser.names.main))
	for i, text := range ix.analyser.names.main {
		if ix.analyser.names.list[i].Kind.collapses() {
			ix.named[i] = ix.prepareWord(text, ix.analyser.names.sense[i])
		}
	}
}

func (ix *Index) prepareWord(text string, means sense) *common {
	c := &common{char: make([]float32, len(ix.entries))}
	var x extract
	x.chars(text, 0)
	for _, f := range x.block[blockChar] {
		id, ok := ix.vocab.id[f]
		if !ok {
			c.unseen++
			continue
		}
		c.chars = append(c.chars, id)
		ix.model.add(id, ix.vocab.idf[id], c.char)
	}
	if means.vec != nil {
		c.sense = make([]float32, len(ix.entries))
		for i, v := range means.vec {
			ix.model.add(int32(len(ix.vocab.idf)+i), means.weight*float32(v), c.sense)
		}
	}
	return c
}

// scoreWords adds to z what the words' characters and senses give.
func (ix *Index) scoreWords(w *work) {
	w.common = w.common[:0]
	for _, x := range w.words {
		c := ix.common[x.text]
		if x.name >= 0 {
			c = ix.named[x.name]
		}
		w.common = append(w.common, c)
	}
	ix.scoreChars(w)
	ix.scoreSense(w)
}

func (ix *Index) scoreChars(w *work) {
	for i, c := range w.common {
		if c == nil {
			w.x.chars(w.words[i].text, i)
		}
	}
	unseen := 0
	w.s.ids = w.s.ids[:0]
	for _, f := range w.x.block[blockChar] {
		if id, ok := ix.vocab.id[f]; ok {
			w.s.ids = append(w.s.ids, id)
		} else {
			unseen++
		}
	}
	if len(w.times) != len(ix.vocab.idf) {
		w.times = make([]uint16, len(ix.vocab.idf))
	}
	length := w.tally(w.s.ids, ix.vocab.idf)
	for _, c := range w.common {
		if c != nil {
			length += w.tally(c.chars, ix.vocab.idf)
			unseen += c.unseen
		}
	}
	length += float64(unseen) * float64(ix.vocab.unseen) * float64(ix.vocab.unseen)
	if length == 0 {
		return
	}
	scale := blockWeight[blockChar] / float32(math.Sqrt(length))
	for _, id := range w.s.ids {
		ix.model.add(id, scale*ix.vocab.idf[id], w.z)
		w.times[id] = 0
	}
	for _, c := range w.common {
		if c != nil {
			blas.Saxpy(len(w.z), scale, c.char, 1, w.z, 1)
			for _, id := range c.chars {
				w.times[id] = 0
			}
		}
	}
}

// tally counts features and returns by how much they lengthen the square of their block.
func (w *work) tally(features []int32, idf []float32) float64 {
	more := 0.0
	for _, f := range features {
		n := float64(w.times[f])
		w.times[f]++
		more += (2*n + 1) * float64(idf[f]) * float64(idf[f]) // (n+1)² - n²
	}
	return more
}

func (ix *Index) scoreSense(w *work) {
	var all, rare [lexicon.Dims]float32
	for i, x := range w.words {
		x.sense.addTo(&all)
		if w.common[i] == nil {
			x.sense.addTo(&rare)
		}
	}
	length := squaredLength(all[:])
	if length == 0 {
		return
	}
	scale := senseWeight / float32(math.Sqrt(length))
	for _, c := range w.common {
		if c != nil && c.sense != nil {
			blas.Saxpy(len(w.z), scale, c.sense, 1, w.z, 1)
		}
	}
	for i, v := range rare {
		if v != 0 {
			ix.model.add(int32(len(ix.vocab.idf)+i), scale*v, w.z)
		}
	}
}

func squaredLength(v []float32) float64 {
	sum := 0.0
	for _, c := range v {
		sum += float64(c) * float64(c)
	}
	return sum
}

// addTo adds a word's vector to a sum.
func (s sense) addTo(sum *[lexicon.Dims]float32) {
	for i, c := range s.vec {
		sum[i] += s.weight * float32(c)
	}
}
