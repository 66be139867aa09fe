package match

import (
	"math"
	"slices"

	"summitbot/kb/match/lexicon"
)

// The blocks of features. Each is scaled to unit length by itself and then weighted.
const (
	blockStem   = iota // single stems
	blockBigram        // neighbouring stems, with the ends of the text
	blockChar          // character 2- to 5-grams within words
	blockPair          // two content stems anywhere in the text
	blockKind          // what kind of thing is asked
	blockName          // who or what is meant, by name or by role
	blocks
)

// blockWeight was chosen on the dev parts of CLINC150 and BANKING77 at ten phrasings an entry (see docs/quality.md).
var blockWeight = [blocks]float32{blockStem: 1, blockBigram: 1, blockChar: 1, blockPair: .4, blockKind: .25, blockName: .5}

// senseWeight weighs the dense block: the meaning of the whole, summed from word vectors.
const senseWeight = 1

// A feature is a 64-bit hash of its block and content. Among the some hundred thousand of a knowledge base two share a
// hash with a chance of one in a billion.
type feature = uint64

const (
	fnvOffset = 14695981039346656037
	fnvPrime  = 1099511628211
)

func hashString(block int, s string) feature {
	h := uint64(fnvOffset) ^ uint64(block)
	h *= fnvPrime
	for i := 0; i < len(s); i++ {
		h = (h ^ uint64(s[i])) * fnvPrime
	}
	return mix(h)
}

func hashPair(block int, a, b feature) feature {
	return mix((a*fnvPrime ^ b) + uint64(block)*0x9e3779b97f4a7c15)
}

// mix is the finaliser of MurmurHash3.
func mix(h uint64) uint64 {
	h ^= h >> 33
	h *= 0xff51afd7ed558ccd
	h ^= h >> 33
	h *= 0xc4ceb9fe1a85ec53
	return h ^ h>>33
}

// An extract is what the features of one text are made of. It is reused between texts.
type extract struct {
	block  [blocks][]feature
	origin [blocks][]int16 // which word each feature comes from, for explanations
	sense  [lexicon.Dims]float32
}

func (x *extract) reset() {
	for b := range x.block {
		x.block[b] = x.block[b][:0]
		x.origin[b] = x.origin[b][:0]
	}
	clear(x.sense[:])
}

func (x *extract) clone() *extract {
	c := &extract{sense: x.sense}
	for b := range x.block {
		c.block[b] = slices.Clone(x.block[b])
	}
	return c
}

func (x *extract) add(block int, f feature, word int) {
	x.block[block] = append(x.block[block], f)
	x.origin[block] = append(x.origin[block], int16(word))
}

var (
	edgeStart = hashString(blockBigram, "^")
	edgeEnd   = hashString(blockBigram, "$")
)

// from fills the extract with the features of a text.
func (x *extract) from(words []word, kinds Kinds, names []int32, hash []feature) {
	x.outer(words, kinds, names, hash)
	for i, w := range words {
		x.chars(w.text, i)
	}
	x.senses(words)
}

// outer fills the extract with the features of a text but for those within its words: their characters and senses.
func (x *extract) outer(words []word, kinds Kinds, names []int32, hash []feature) {
	x.reset()
	prev := edgeStart
	for i, w := range words {
		x.add(blockStem, w.stem, i)
		x.add(blockBigram, hashPair(blockBigram, prev, w.stem), i)
		prev = w.stem
	}
	x.add(blockBigram, hashPair(blockBigram, prev, edgeEnd), len(words)-1)
	// A ramble has more pairs than they are worth, and what matters in it stands at its end.
	const most = 24
	content := 0
	for i := len(words) - 1; i >= 0 && content < most; i-- {
		if !words[i].content {
			continue
		}
		content++
		for j := i - 1; j >= max(0, i-most); j-- {
			a, b := words[i].stem, words[j].stem
			if words[j].content && a != b {
				x.add(blockPair, hashPair(blockPair, min(a, b), max(a, b)), i)
			}
		}
	}
	for k := range kindCount {
		if kinds.Has(k) {
			x.add(blockKind, hashPair(blockKind, uint64(k), 1), -1)
		}
	}
	for _, n := range names {
		x.add(blockName, hash[n], -1)
	}
}

// chars adds the 2- to 5-grams of a word with its ends marked.
func (x *extract) chars(w string, at int) {
	var buf [66]byte
	b := append(buf[:0], '^')
	b = append(b, w[:min(len(w), 64)]...)
	b = append(b, '$')
	for i := range b {
		h := uint64(fnvOffset) ^ blockChar
		h *= fnvPrime
		for n := 1; n <= 5 && i+n <= len(b); n++ {
			h = (h ^ uint64(b[i+n-1])) * fnvPrime
			if n >= 2 {
				x.add(blockChar, mix(h), at)
			}
		}
	}
}

// senses sums the words' vectors, the rarer the heavier.
func (x *extract) senses(words []word) {
	for _, w := range words {
		w.sense.addTo(&x.sense)
	}
	length := squaredLength(x.sense[:])
	if length == 0 {
		return
	}
	scale := float32(1 / math.Sqrt(length))
	for i := range x.sense {
		x.sense[i] *= scale
	}
}

// A vocabulary knows the features of a knowledge base and how rare each is.
type vocabulary struct {
	id     map[feature]int32
	idf    []float32
	unseen float32 // the idf of a feature in no phrasing
	rows   int     // features, the dense ones included
}

// count makes the vocabulary. A feature's idf is the geometric mean of that over phrasings and that over entries; a feature
// of one phrasing alone is left out, since it can teach nothing of any other, except for single stems.
func count(xs []*extract, class []int, classes int, keepRare bool) *vocabulary {
	type tally struct{ phrasings, entries, last int }
	tallies := map[feature]*tally{}
	var keys []feature
	block := map[feature]int{}
	for i, x := range xs {
		for b := range x.block {
			fs := slices.Clone(x.block[b])
			slices.Sort(fs)
			for _, f := range slices.Compact(fs) {
				t := tallies[f]
				if t == nil {
					t = &tally{last: -1}
					tallies[f] = t
					keys = append(keys, f)
					block[f] = b
				}
				t.phrasings++
				if t.last != class[i] {
					t.entries++
					t.last = class[i]
				}
			}
		}
	}
	idf := func(n, df int) float64 { return math.Log(float64(1+n)/float64(1+df)) + 1 }
	v := &vocabulary{id: map[feature]int32{}}
	v.unseen = float32(math.Sqrt(idf(len(xs), 0) * idf(classes, 0)))
	for _, f := range keys {
		t := tallies[f]
		if t.phrasings < 2 && block[f] != blockStem && !keepRare {
			continue
		}
		v.id[f] = int32(len(v.idf))
		v.idf = append(v.idf, float32(math.Sqrt(idf(len(xs), t.phrasings)*idf(classes, t.entries))))
	}
	v.rows = len(v.idf) + lexicon.Dims
	return v
}

// reorder numbers the features anew, in the order given.
func (v *vocabulary) reorder(order []int32) {
	to := make([]int32, len(v.idf))
	idf := make([]float32, len(v.idf))
	for i, f := range order[:len(v.idf)] {
		to[f] = int32(i)
		idf[i] = v.idf[f]
	}
	for key, f := range v.id {
		v.id[key] = to[f]
	}
	v.idf = idf
}

// scratch holds what turning extracts into vectors needs, to be used again.
type scratch struct {
	ids []int32 // the features of a block, one for each time it occurs
	vec vector
}

// vectorize weighs an extract by the vocabulary. The vector belongs to the scratch.
func (v *vocabulary) vectorize(x *extract, s *scratch) vector {
	s.vec.feature, s.vec.value = s.vec.feature[:0], s.vec.value[:0]
	for b := range x.block {
		length := 0.0
		s.ids = s.ids[:0]
		for _, f := range x.block[b] {
			if id, ok := v.id[f]; ok {
				s.ids = append(s.ids, id)
			} else {
				length += float64(v.unseen) * float64(v.unseen)
			}
		}
		slices.Sort(s.ids)
		first := len(s.vec.feature)
		for i := 0; i < len(s.ids); {
			id, times := s.ids[i], 0
			for ; i < len(s.ids) && s.ids[i] == id; i++ {
				times++
			}
			t := float32(times) * v.idf[id]
			s.vec.feature = append(s.vec.feature, id)
			s.vec.value = append(s.vec.value, t)
			length += float64(t) * float64(t)
		}
		if length > 0 {
			scale := blockWeight[b] / float32(math.Sqrt(length))
			for i := first; i < len(s.vec.value); i++ {
				s.vec.value[i] *= scale
			}
		}
	}
	for i, c := range x.sense {
		if c != 0 {
			s.vec.feature = append(s.vec.feature, int32(len(v.idf)+i))
			s.vec.value = append(s.vec.value, c*senseWeight)
		}
	}
	return s.vec
}

// stems appends the features of an extract's single stems to buf, sorted and without doubles, and returns with them the
// length of all its stems, the unknown ones included.
func (v *vocabulary) stems(x *extract, buf []int32) ([]int32, float32) {
	length := float32(0)
	for _, f := range x.block[blockStem] {
		if id, ok := v.id[f]; ok {
			buf = append(buf, id)
		} else {
			length += v.unseen * v.unseen
		}
	}
	slices.Sort(buf)
	buf = slices.Compact(buf)
	for _, id := range buf {
		length += v.idf[id] * v.idf[id]
	}
	return buf, float32(math.Sqrt(float64(length)))
}
