package bot

import (
	"os"
	"testing"

	"summitbot/kb"
	"summitbot/kb/match"
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
