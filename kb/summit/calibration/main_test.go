package main

import (
	"encoding/xml"
	"errors"
	"io"
	"math"
	"strings"
	"testing"
)

func TestPoints(t *testing.T) {
	var guesses []guess
	for i := range 10 {
		guesses = append(guesses, guess{.82 + .01*float64(i%2), i < 8}, guess{1, true})
	}
	guesses = append(guesses, guess{0, false})
	// The interval of 8 in 10 is the one that textbooks give.
	few, ten, all := point{1, 0, 0, 0, .7935}, point{10, .825, .8, .4902, .9433}, point{10, 1, 1, .7225, 1}
	for _, tt := range []struct {
		enough int
		want   []point
	}{
		{1, []point{few, ten, all}},
		{2, []point{{11, .75, 8. / 11, .4344, .9025}, all}},
	} {
		got := points(guesses, 10, tt.enough)
		if len(got) != len(tt.want) {
			t.Fatalf("got %+v", got)
		}
		for i, w := range tt.want {
			g := got[i]
			for _, d := range []float64{g.sure - w.sure, g.right - w.right, g.low - w.low, g.high - w.high} {
				if g.n != w.n || math.Abs(d) > 1e-3 {
					t.Errorf("%d or more: point %d is %+v, want %+v", tt.enough, i, g, w)
					break
				}
			}
		}
	}
	if b := brier([]guess{{.9, true}, {.5, false}}); math.Abs(b-.13) > 1e-9 {
		t.Errorf("the Brier score is %v", b)
	}
}

// The picture is made of the summit's own questions, and is XML.
func TestRun(t *testing.T) {
	var out strings.Builder
	if err := run(&out, "../heldout"); err != nil {
		t.Fatal(err)
	}
	circles := 0
	for d := xml.NewDecoder(strings.NewReader(out.String())); ; {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		if e, ok := token.(xml.StartElement); ok && e.Name.Local == "circle" {
			circles++
		}
	}
	if circles < 6 || strings.Contains(out.String(), "NaN") {
		t.Errorf("%d circles in\n%s", circles, &out)
	}
	if err := run(io.Discard, "nowhere"); err != nil {
		t.Errorf("without held-out questions: %v", err)
	}
}
