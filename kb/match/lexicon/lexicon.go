// Package lexicon is a small English dictionary: which strings are words, which are well-known names, and vectors that say
// which words mean alike. It is computed once from WordNet and GloVe by the command in make, which names both sources; the
// result is embedded. A Lexicon is only read and safe for concurrent use.
package lexicon

import (
	"bytes"
	_ "embed"
	"encoding/binary"
	"fmt"
	"hash/maphash"
	"io"
	"sort"
	"strings"
	"sync"
	"unsafe"

	"github.com/klauspost/compress/zstd"
)

// Dims is the length of a word's vector.
const Dims = 100

//go:embed lexicon.bin.zst
var packed []byte

const (
	flagWord = 1 << iota
	flagName
	flagUsed
	flagVec
)

// A Lexicon answers what is known of a word. Words are looked up in lower case without accents.
type Lexicon struct {
	text  string
	ends  []uint32 // word i is text[ends[i-1]+1:ends[i]], in sorted order
	flags []byte
	vec   []int32 // word's row in ranks and vecs, or -1
	ranks []byte
	vecs  []int8
	seed  maphash.Seed
	maybe [nameBits / 64]uint64 // has a bit for each name's hash: most strings are no names, and need not be looked up
}

// nameBits is some twelve for each name, so that one in fourteen strings that are no names is looked up in vain.
const nameBits = 1 << 17

// Embedded returns the dictionary in the binary, unpacked on first use.
var Embedded = sync.OnceValue(func() *Lexicon {
	l, err := read(packed)
	if err != nil {
		panic("lexicon: the embedded dictionary is damaged: " + err.Error()) // a fault of the build, not of any input
	}
	return l
})

func read(packed []byte) (*Lexicon, error) {
	z, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(1))
	if err != nil {
		return nil, err
	}
	defer z.Close()
	data, err := z.DecodeAll(packed, nil)
	if err != nil {
		return nil, err
	}
	if len(data) < 4 {
		return nil, io.ErrUnexpectedEOF
	}
	n := int(binary.LittleEndian.Uint32(data))
	data = data[4:]
	l := &Lexicon{ends: make([]uint32, 0, n), vec: make([]int32, n), seed: maphash.MakeSeed()}
	at := 0
	for range n {
		i := bytes.IndexByte(data[at:], '\n')
		if i < 0 {
			return nil, fmt.Errorf("%d words, want %d", len(l.ends), n)
		}
		at += i
		l.ends = append(l.ends, uint32(at))
		at++
	}
	l.text = unsafe.String(unsafe.SliceData(data), at) // data is never written again
	if len(data) < at+n {
		return nil, io.ErrUnexpectedEOF
	}
	l.flags = data[at : at+n : at+n]
	data = data[at+n:]
	vecs := 0
	for i, f := range l.flags {
		l.vec[i] = -1
		if f&flagVec != 0 {
			l.vec[i] = int32(vecs)
			vecs++
		}
		if f&flagName != 0 {
			h := l.bit(l.word(i))
			l.maybe[h/64] |= 1 << (h % 64)
		}
	}
	if len(data) != vecs*(2+Dims) {
		return nil, fmt.Errorf("%d bytes of vectors, want %d", len(data), vecs*(2+Dims))
	}
	l.ranks = data[: 2*vecs : 2*vecs]
	vec := data[2*vecs:]
	l.vecs = unsafe.Slice((*int8)(unsafe.Pointer(unsafe.SliceData(vec))), len(vec))
	return l, nil
}

func (l *Lexicon) word(i int) string {
	start := uint32(0)
	if i > 0 {
		start = l.ends[i-1] + 1
	}
	return l.text[start:l.ends[i]]
}

// bit is the place of a name in maybe.
func (l *Lexicon) bit(name string) uint64 { return maphash.String(l.seed, name) % nameBits }

func (l *Lexicon) find(word string) int {
	i := sort.Search(len(l.ends), func(i int) bool { return l.word(i) >= word })
	if i < len(l.ends) && l.word(i) == word {
		return i
	}
	return -1
}

// IsWord says whether a string is an English word, in any of its regular forms.
func (l *Lexicon) IsWord(word string) bool {
	if l.has(word, flagWord|flagUsed) {
		return true
	}
	for _, r := range endings {
		if stem, ok := strings.CutSuffix(word, r.from); ok && len(stem) > 1 && l.has(stem+r.to, flagWord) {
			return true
		}
	}
	return false
}

// endings are WordNet's own rules of detachment ("morphy"), and adverbs and agent nouns beside them.
var endings = []struct{ from, to string }{
	{"s", ""}, {"es", ""}, {"ies", "y"}, {"men", "man"}, {"ed", ""}, {"ed", "e"}, {"ied", "y"}, {"ing", ""}, {"ing", "e"},
	{"er", ""}, {"er", "e"}, {"est", ""}, {"est", "e"}, {"ly", ""}, {"ily", "y"}, {"ness", ""}, {"iness", "y"},
}

// IsName says whether a string is known as the name of a person, place or group and as nothing else. It may hold spaces.
func (l *Lexicon) IsName(name string) bool {
	if h := l.bit(name); l.maybe[h/64]&(1<<(h%64)) == 0 {
		return false
	}
	i := l.find(name)
	return i >= 0 && l.flags[i]&(flagName|flagWord) == flagName
}

func (l *Lexicon) has(word string, flags byte) bool {
	i := l.find(word)
	return i >= 0 && l.flags[i]&flags != 0
}

// Vector returns a word's meaning, and its rank by frequency (0 is the commonest); nil for a word without one.
// Vectors are of about equal length; they must not be changed.
func (l *Lexicon) Vector(word string) ([]int8, int) {
	i := l.find(word)
	if i < 0 || l.vec[i] < 0 {
		return nil, -1
	}
	v := int(l.vec[i])
	return l.vecs[v*Dims : (v+1)*Dims], int(binary.LittleEndian.Uint16(l.ranks[2*v:]))
}
