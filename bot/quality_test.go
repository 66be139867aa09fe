package bot

import (
	"cmp"
	"context"
	"math/rand/v2"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"summitbot/kb"
	"summitbot/kb/match"
	"summitbot/kb/summit"
)

// BenchmarkFollowUps measures how many follow-ups of the summit's knowledge base find the entry that its editors wrote them
// for, when a fifth of the wordings are held out, and of a quarter of the entries that follow another all of them are: as if
// nobody had thought of what is asked. Entries that are related stay. It learns for half a minute, with fewer passes than what is stored.
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
				candidates := slices.Concat(r.Best[:min(3, len(r.Best))], r.Not[:min(1, len(r.Not))])
				slices.SortStableFunc(candidates, func(a, b match.Candidate) int { return cmp.Compare(b.Score, a.Score) })
				at := slices.IndexFunc(candidates, func(c match.Candidate) bool { return c.ID == f.Entry })
				if at == 0 {
					right++
				}
				if at >= 0 {
					near++
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
	for b.Loop() {
		for slips, name := range []string{"right-plain", "right-1-slip", "right-2-slips"} {
			r := rand.New(rand.NewPCG(1, 2))
			var slipped kb.Tests
			for range 4 {
				for _, c := range tests.Questions {
					for range slips {
						c.Ask = slip(c.Ask, r)
					}
					slipped.Questions = append(slipped.Questions, c)
				}
			}
			fell, asked := New(base, index, Options{}).Regress(context.Background(), slipped)
			b.ReportMetric(1-float64(len(fell))/float64(asked), name)
		}
	}
}

// slip makes one slip in one of a text's words of four letters or more, never of a first or last letter.
func slip(text string, r *rand.Rand) string {
	var at []int // the letters that may slip
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
