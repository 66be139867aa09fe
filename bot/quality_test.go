package bot

import (
	"context"
	"math/rand/v2"
	"os"
	"regexp"
	"strings"
	"testing"

	"summitbot/kb"
	"summitbot/kb/match"
	"summitbot/kb/summit"
)

// BenchmarkFollowUps measures how many follow-ups of the summit's knowledge base find the entry that its editors wrote them
// for, when a fifth of the wordings are held out, and of a quarter of the entries that follow another all of them are: as if
// nobody had thought of what is asked. It learns for half a minute, with fewer passes than what is stored.
//
//	go test -run - -bench FollowUps -benchtime 1x ./bot
func BenchmarkFollowUps(b *testing.B) {
	base, err := kb.Load(os.DirFS("../kb/summit"), "kb/summit")
	if err != nil {
		b.Fatal(err)
	}
	all := base.FollowUps
	var held []kb.FollowUp
	base.FollowUps = nil
	for i, f := range all {
		out, kept := f, f
		out.Asked, kept.Asked = nil, nil
		for j, p := range f.Asked {
			if (i+j)%5 == 0 {
				out.Asked = append(out.Asked, p)
			} else {
				kept.Asked = append(kept.Asked, p)
			}
		}
		if i%4 != 0 {
			base.FollowUps = append(base.FollowUps, kept)
		}
		held = append(held, out)
	}
	core := New(base, match.Learn(base.Corpus(), match.Options{Folds: -1}), Options{})
	b.ResetTimer()
	for b.Loop() {
		asked, right, near := 0, 0, 0
		for _, f := range held {
			after, _ := base.Entry(f.After)
			for _, p := range f.Asked {
				r := core.index.Match(core.query(p.Text, spoken(after)))
				asked++
				first, candidates := match.Candidate{}, r.Best[:min(3, len(r.Best))]
				if len(r.Best) > 0 {
					first = r.Best[0]
				}
				if len(r.Not) > 0 {
					if r.Not[0].Score > first.Score {
						first = r.Not[0]
					}
					candidates = append(candidates, r.Not[0])
				}
				if first.ID == f.Entry {
					right++
				}
				for _, c := range candidates {
					if c.ID == f.Entry {
						near++
						break
					}
				}
			}
		}
		b.ReportMetric(float64(asked), "asked")
		b.ReportMetric(float64(right)/float64(asked), "right")
		b.ReportMetric(float64(near)/float64(asked), "among-4")
	}
}

// BenchmarkTypos measures how many of the regression questions outside of dialogues come out right as they are, and with one
// and two slips of the finger in their longer words: a letter left out, doubled, swapped with the next or hit beside.
//
//	go test -run - -bench Typos -benchtime 1x ./bot
func BenchmarkTypos(b *testing.B) {
	base, index, err := summit.Load()
	if err != nil {
		b.Fatal(err)
	}
	tests, err := kb.LoadTests(summit.Files(), "kb/summit", base)
	if err != nil {
		b.Fatal(err)
	}
	core := New(base, index, Options{})
	for b.Loop() {
		for slips, name := range []string{"right-plain", "right-1-slip", "right-2-slips"} {
			r := rand.New(rand.NewPCG(1, 2))
			asked, right := 0, 0
			for round := range 4 {
				for i := range tests.Questions {
					c := tests.Questions[i]
					if slips == 0 && round > 0 {
						break
					}
					text := c.Ask
					for range slips {
						text = slip(text, r)
					}
					got, reply := kb.None, core.Reply(context.Background(), Message{Text: text})
					if reply.Kind == KindAnswer {
						got = reply.Entry
					}
					asked++
					if c.Right(got, reply.Text) {
						right++
					}
				}
			}
			b.ReportMetric(float64(right)/float64(asked), name)
		}
	}
}

// slip makes one slip in one of a text's words of four letters or more, but for its first letter.
func slip(text string, r *rand.Rand) string {
	var at []int // letters that may slip: neither a word's first nor its last
	for _, word := range regexp.MustCompile(`[A-Za-z]{4,}`).FindAllStringIndex(text, -1) {
		for i := word[0] + 1; i < word[1]-1; i++ {
			at = append(at, i)
		}
	}
	if len(at) == 0 {
		return text
	}
	i := at[r.IntN(len(at))]
	switch r.IntN(4) {
	case 0:
		return text[:i] + text[i+1:]
	case 1:
		return text[:i] + text[i:i+1] + text[i:]
	case 2:
		return text[:i] + text[i+1:i+2] + text[i:i+1] + text[i+2:]
	}
	for _, row := range []string{"qwertyuiop", "asdfghjkl", "zxcvbnm"} {
		if k := strings.IndexByte(row, text[i]|0x20); k >= 0 {
			beside := (k + 1) % len(row)
			return text[:i] + row[beside:beside+1] + text[i+1:]
		}
	}
	return text
}
