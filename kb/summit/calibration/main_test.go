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
	got := points(guesses, 10)
	// The interval of 8 in 10 is the one that textbooks give.
	want := []point{{1, 0, 0, 0, .7935}, {10, .825, .8, .4902, .9433}, {10, 1, 1, .7225, 1}}
	if len(got) != len(want) {
		t.Fatalf("got %+v", got)
	}
	for i := range want {
		g, w := got[i], want[i]
		for _, d := range []float64{g.sure - w.sure, g.right - w.right, g.low - w.low, g.high - w.high} {
			if g.n != w.n || math.Abs(d) > 1e-3 {
				t.Errorf("point %d is %+v, want %+v", i, g, w)
				break
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
	if circles < 8 || strings.Contains(out.String(), "NaN") {
		t.Errorf("%d circles in\n%s", circles, &out)
	}
	if err := run(io.Discard, "nowhere"); err != nil {
		t.Errorf("without held-out questions: %v", err)
	}
}
