// Package gaps shows an editor what a knowledge base lacks: it reads from a log the questions that were asked in vain,
// groups those that ask the same in other words, and drafts what would answer them.
package gaps

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
	"unicode"

	"github.com/kljensen/snowball/english"
	"go.yaml.in/yaml/v3"

	"summitbot/kb/match"
)

// A Question is one that was asked in vain.
type Question struct {
	Text string
	Why  string // no_answer, rated_down, none_of_these
}

// maxLine bounds a log line that is read; longer ones are no question.
const maxLine = 1 << 20

// Read finds the questions in a log of JSON lines: those whose "msg" is message. What stands before a line's first brace, as
// container tools put it there, and lines of another form are passed over.
func Read(r io.Reader, message string) ([]Question, error) {
	var all []Question
	in := bufio.NewReaderSize(r, maxLine)
	for {
		line, err := in.ReadSlice('\n')
		if q, ok := parse(line, message); ok {
			all = append(all, q)
		}
		switch {
		case errors.Is(err, bufio.ErrBufferFull):
			// A line that is too long. Its other pieces are no JSON.
		case errors.Is(err, io.EOF):
			return all, nil
		case err != nil:
			return nil, fmt.Errorf("reading the log: %w", err)
		}
	}
}

func parse(line []byte, message string) (Question, bool) {
	start := bytes.IndexByte(line, '{')
	if start < 0 || !bytes.Contains(line, []byte(message)) {
		return Question{}, false
	}
	var l struct{ Msg, Why, Question string }
	if json.Unmarshal(line[start:], &l) != nil || l.Msg != message {
		return Question{}, false
	}
	text := strings.Join(strings.Fields(printable(l.Question)), " ")
	return Question{text, printable(l.Why)}, text != ""
}

// printable takes out of a text what could do something to a terminal.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return ' '
		}
		if !unicode.IsPrint(r) {
			return -1
		}
		return r
	}, s)
}

// A Wording is one way in which a question was asked, and how often.
type Wording struct {
	Text  string
	Count int
}

// A Group is questions that ask about the same.
type Group struct {
	Wordings []Wording // the most frequent first
	Count    int       // of all questions in it
	Why      []Wording // the reasons, the most frequent first
}

// alike is the cosine of two questions' stems from which on they are of one group.
const alike = .5

// Find groups questions by likeness, the largest group first. Each question joins the group whose leading wording it is most
// like; the most frequent wordings lead.
func Find(all []Question) []Group {
	counts, whys := map[string]int{}, map[string]map[string]int{}
	first := map[string]string{} // how a wording was written first
	for _, q := range all {
		key := match.Normal(q.Text)
		if key == "" {
			key = q.Text
		}
		if counts[key]++; counts[key] == 1 {
			first[key], whys[key] = q.Text, map[string]int{}
		}
		whys[key][q.Why]++
	}
	keys := sorted(counts)
	vectors := vectorise(keys)
	type group struct {
		lead map[string]float64
		keys []string
	}
	var groups []group
	for i, k := range keys {
		best, likest := -1, alike
		for g := range groups {
			if c := cosine(vectors[i], groups[g].lead); c >= likest {
				best, likest = g, c
			}
		}
		if best < 0 {
			groups = append(groups, group{lead: vectors[i]})
			best = len(groups) - 1
		}
		groups[best].keys = append(groups[best].keys, k)
	}
	out := make([]Group, len(groups))
	for i, g := range groups {
		why := map[string]int{}
		for _, k := range g.keys {
			out[i].Wordings = append(out[i].Wordings, Wording{first[k], counts[k]})
			out[i].Count += counts[k]
			for w, n := range whys[k] {
				why[w] += n
			}
		}
		for _, w := range sorted(why) {
			out[i].Why = append(out[i].Why, Wording{w, why[w]})
		}
	}
	slices.SortStableFunc(out, func(a, b Group) int { return cmp.Compare(b.Count, a.Count) })
	return out
}

// sorted are the keys, the most frequent first.
func sorted(counts map[string]int) []string {
	keys := make([]string, 0, len(counts))
	for k := range counts {
		keys = append(keys, k)
	}
	slices.SortFunc(keys, func(a, b string) int { return cmp.Or(cmp.Compare(counts[b], counts[a]), cmp.Compare(a, b)) })
	return keys
}

// vectorise weighs each wording's stems by how rare they are among the wordings, and makes vectors of length one.
func vectorise(keys []string) []map[string]float64 {
	stems := make([][]string, len(keys))
	in := map[string]float64{}
	for i, k := range keys {
		for word := range strings.FieldsSeq(k) {
			word = strings.Trim(word, ".,;:!?'\"’…")
			if word == "" || english.IsStopWord(word) {
				continue
			}
			if s := english.Stem(word, true); !slices.Contains(stems[i], s) {
				stems[i] = append(stems[i], s)
				in[s]++
			}
		}
	}
	vectors := make([]map[string]float64, len(keys))
	for i := range keys {
		v, length := map[string]float64{}, 0.
		for _, s := range stems[i] {
			v[s] = 1 + math.Log(float64(1+len(keys))/(1+in[s]))
			length += v[s] * v[s]
		}
		for s := range v {
			v[s] /= math.Sqrt(length)
		}
		vectors[i] = v
	}
	return vectors
}

func cosine(a, b map[string]float64) float64 {
	sum := 0.
	for s, x := range a {
		sum += x * b[s]
	}
	return sum
}

// maxDraft is how many wordings of a group get into a draft.
const maxDraft = 50

// Draft writes entries that an editor can complete: what is told, or not told, is theirs to decide. Comments name the nearest
// entries that there are, as near says.
func Draft(w io.Writer, groups []Group, near func(Group) []string) error {
	list := &yaml.Node{Kind: yaml.SequenceNode}
	for i, g := range groups {
		entry := struct {
			ID         string   `yaml:"id"`
			Question   string   `yaml:"question"`
			Answer     string   `yaml:"answer"`
			Tells      []string `yaml:"tells,flow"`
			Paragraphs []int    `yaml:"paragraphs,flow"`
			Asked      []string `yaml:"asked,omitempty"`
		}{ID: fmt.Sprintf("draft-%d", i+1), Question: g.Wordings[0].Text, Answer: "TODO", Tells: []string{}, Paragraphs: []int{}}
		for _, x := range g.Wordings[1:min(len(g.Wordings), maxDraft)] {
			entry.Asked = append(entry.Asked, x.Text)
		}
		node := &yaml.Node{}
		if err := node.Encode(entry); err != nil {
			return fmt.Errorf("drafting %s: %w", entry.ID, err)
		}
		comment := fmt.Sprintf("asked in vain %d times", g.Count)
		if names := near(g); len(names) > 0 {
			comment += "; if one of these tells it, move the wordings there: " + strings.Join(names, ", ")
		}
		node.HeadComment = comment
		list.Content = append(list.Content, node)
	}
	root := &yaml.Node{Kind: yaml.MappingNode, Content: []*yaml.Node{
		{Kind: yaml.ScalarNode, Value: "entries", HeadComment: "A draft: write the answers, cite their paragraphs, give better ids; what the source does not tell belongs under not_told."}, list,
	}}
	e := yaml.NewEncoder(w)
	e.SetIndent(2)
	if err := e.Encode(root); err != nil {
		return fmt.Errorf("writing the draft: %w", err)
	}
	return e.Close()
}
