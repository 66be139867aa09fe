// Command calibration draws how far the bot's confidence can be believed: of the questions that it is so sure about, how many
// does its best entry answer? It takes the regression questions, on which the confidence is fitted, and the held-out ones,
// on which nothing is. Run it in the project's folder:
//
//	go run ./kb/summit/calibration > docs/calibration.svg
package main

import (
	"bufio"
	"flag"
	"fmt"
	"io"
	"log"
	"math"
	"os"
	"slices"

	"summitbot/kb"
	"summitbot/kb/match"
	"summitbot/kb/summit"
)

func main() {
	log.SetFlags(0)
	heldout := flag.String("heldout", "kb/summit/heldout", "the `folder` of the held-out questions")
	flag.Parse()
	if err := run(os.Stdout, *heldout); err != nil {
		log.Fatal("calibration: ", err)
	}
}

func run(w io.Writer, heldout string) error {
	b, ix, err := summit.Load()
	if err != nil {
		return err
	}
	regression, err := kb.LoadTests(summit.Files(), "kb/summit", b)
	if err != nil {
		return err
	}
	fresh, err := kb.LoadTests(os.DirFS(heldout), heldout, b)
	if err != nil {
		return err
	}
	out := bufio.NewWriter(w)
	draw(out, []curve{
		{"regression questions (fitted on)", "#777777", judge(b, ix, regression)},
		{"held-out questions", "#0055aa", judge(b, ix, fresh)},
	})
	return out.Flush()
}

// A guess is a confidence, and whether the entry that it was about was right.
type guess struct {
	confidence float64
	right      bool
}

// judge asks the questions. Those where an answer is as right as none are left out.
func judge(b *kb.Base, ix *match.Index, tests kb.Tests) []guess {
	var out []guess
	for i := range tests.Questions {
		c := &tests.Questions[i]
		if slices.Contains(c.Want, kb.None) && len(c.Want)+len(c.Text) > 1 {
			continue
		}
		r := ix.Match(match.Query{Text: c.Ask})
		g := guess{confidence: r.Confidence}
		if len(r.Best) > 0 {
			e, _ := b.Entry(r.Best[0].ID)
			g.right = c.Right(e.ID, e.Answer)
		}
		out = append(out, g)
	}
	return out
}

type curve struct {
	name, colour string
	guesses      []guess
}

// A point stands for the guesses of about one confidence.
type point struct {
	n         int
	sure      float64 // their mean confidence
	right     float64 // the share of them that is right
	low, high float64 // 95 % interval of that share (Wilson 1927)
}

// points puts guesses into bins of equal width, and joins neighbours until there are enough guesses in each to say something.
func points(guesses []guess, bins, enough int) []point {
	all := make([]point, bins)
	for _, g := range guesses {
		p := &all[min(bins-1, int(g.confidence*float64(bins)))]
		p.n++
		p.sure += g.confidence
		if g.right {
			p.right++
		}
	}
	var out []point
	for _, p := range all {
		if last := len(out) - 1; last >= 0 && (out[last].n < enough || p.n == 0) {
			out[last].n, out[last].sure, out[last].right = out[last].n+p.n, out[last].sure+p.sure, out[last].right+p.right
		} else if p.n > 0 {
			out = append(out, p)
		}
	}
	for i := range out {
		p := &out[i]
		n := float64(p.n)
		p.sure, p.right = p.sure/n, p.right/n
		const z = 1.96
		middle := (p.right + z*z/(2*n)) / (1 + z*z/n)
		half := z / (1 + z*z/n) * math.Sqrt(p.right*(1-p.right)/n+z*z/(4*n*n))
		p.low, p.high = middle-half, middle+half
	}
	return out
}

// brier is the mean squared error of confidences: 0 is best, 0.25 what somebody gets who always says "half and half".
func brier(guesses []guess) float64 {
	sum := 0.0
	for _, g := range guesses {
		d := g.confidence
		if g.right {
			d--
		}
		sum += d * d
	}
	return sum / float64(max(1, len(guesses)))
}

// draw writes the picture as SVG.
func draw(w io.Writer, curves []curve) {
	const left, top, size = 60.0, 20.0, 400.0
	x := func(v float64) float64 { return left + v*size }
	y := func(v float64) float64 { return top + (1-v)*size }
	fmt.Fprintf(w, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 480 %.0f" font-family="sans-serif" font-size="12">
<title>How often the bot's best entry is right, against how sure it is</title>
<rect width="100%%" height="100%%" fill="#ffffff"/>
`, 480+20*float64(len(curves)))
	for i := range 6 {
		v := float64(i) / 5
		fmt.Fprintf(w, `<path d="M%.1f %.1fH%.1fM%.1f %.1fV%.1f" stroke="#dddddd"/>`+"\n", x(0), y(v), x(1), x(v), y(0), y(1))
		fmt.Fprintf(w, `<text x="%.1f" y="%.1f" text-anchor="middle">%.1f</text>`+"\n", x(v), y(0)+16, v)
		fmt.Fprintf(w, `<text x="%.1f" y="%.1f" text-anchor="end">%.1f</text>`+"\n", x(0)-6, y(v)+4, v)
	}
	fmt.Fprintf(w, `<path d="M%.1f %.1fL%.1f %.1f" stroke="#aaaaaa" stroke-dasharray="4 4"/>`+"\n", x(0), y(0), x(1), y(1))
	fmt.Fprintf(w, `<text x="%.1f" y="%.1f" text-anchor="middle">confidence</text>`+"\n", x(.5), y(0)+34)
	fmt.Fprintf(w, `<text transform="translate(16 %.1f) rotate(-90)" text-anchor="middle">share that is right</text>`+"\n", y(.5))
	for i, c := range curves {
		ps := points(c.guesses, 10, 8)
		fmt.Fprintf(w, `<g stroke="%s" fill="none">`+"\n", c.colour)
		for j, p := range ps {
			fmt.Fprintf(w, `<path d="M%.1f %.1fV%.1f" stroke-opacity=".5"/>`+"\n", x(p.sure), y(p.low), y(p.high))
			if j > 0 {
				fmt.Fprintf(w, `<path d="M%.1f %.1fL%.1f %.1f" stroke-width="1.5"/>`+"\n", x(ps[j-1].sure), y(ps[j-1].right), x(p.sure), y(p.right))
			}
			fmt.Fprintf(w, `<circle cx="%.1f" cy="%.1f" r="%.1f" fill="%s"><title>%d questions</title></circle>`+"\n", x(p.sure), y(p.right), 2+math.Sqrt(float64(p.n))/2, c.colour, p.n)
		}
		fmt.Fprintln(w, "</g>")
		fmt.Fprintf(w, `<circle cx="%.1f" cy="%.1f" r="4" fill="%s"/><text x="%.1f" y="%.1f">%s: %d, Brier score %.3f</text>`+"\n",
			left+4, y(0)+52+20*float64(i), c.colour, left+16, y(0)+56+20*float64(i), c.name, len(c.guesses), brier(c.guesses))
	}
	fmt.Fprintln(w, "</svg>")
}
