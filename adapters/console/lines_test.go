package console

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"
)

// readAll reads lines to the end; a line that is too long is written as its error.
func readAll(t *testing.T, r io.Reader) []string {
	t.Helper()
	lines := newLineReader(r)
	var got []string
	for {
		line, err := lines.next()
		var long *longLineError
		switch {
		case errors.Is(err, io.EOF):
			return got
		case errors.As(err, &long):
			got = append(got, err.Error())
		case err != nil:
			t.Fatal(err)
		default:
			got = append(got, string(line))
		}
		if lines.n != len(got) {
			t.Fatalf("counted %d lines after %d", lines.n, len(got))
		}
	}
}

// plainly does the same with all of the input in memory.
func plainly(data []byte) []string {
	var got []string
	for line := range bytes.Lines(data) {
		if cut, ok := bytes.CutSuffix(line, []byte("\n")); ok {
			line, _ = bytes.CutSuffix(cut, []byte("\r"))
		}
		if len(line) > maxLine {
			got = append(got, (&longLineError{int64(len(line))}).Error())
			continue
		}
		got = append(got, string(line))
	}
	return got
}

func same(a, b []string) bool {
	return strings.Join(a, "\x00") == strings.Join(b, "\x00") && len(a) == len(b)
}

func TestLines(t *testing.T) {
	x := strings.Repeat("x", maxLine)
	for _, input := range []string{
		"", "\n", "a", "a\n", "a\r\nb\r\n", "a\rb\n", "\r\n\r\n", "a\n\nb", "\r", x, x + "\n", x + "\r\n", x + "x", x + "x\n", x + "\r",
		x + "x\r\nnext\n", x + x + x + "\nnext", strings.Repeat("x", 32<<10-1) + "\r\nnext", strings.Repeat(x, 20) + "\nnext\n",
	} {
		want := plainly([]byte(input))
		if got := readAll(t, strings.NewReader(input)); !same(got, want) {
			t.Errorf("%.20q… (%d bytes): got %.60q, want %.60q", input, len(input), got, want)
		}
		if len(input) < 1000 {
			if got := readAll(t, iotest.OneByteReader(strings.NewReader(input))); !same(got, want) {
				t.Errorf("%q byte by byte: got %q, want %q", input, got, want)
			}
		}
	}
}

func TestLinesPassErrorsOn(t *testing.T) {
	lines := newLineReader(iotest.TimeoutReader(iotest.OneByteReader(strings.NewReader("ab\n"))))
	if _, err := lines.next(); !errors.Is(err, iotest.ErrTimeout) {
		t.Errorf("got %v", err)
	}
}

func FuzzLines(f *testing.F) {
	f.Add([]byte("a\r\nb\n\nc"), 1)
	f.Add([]byte("\r\r\n"), 40000)
	f.Fuzz(func(t *testing.T, data []byte, times int) {
		if len(data) == 0 {
			return
		}
		// Repeated, so that small inputs reach the limits of buffers and lines.
		data = bytes.Repeat(data, 1+max(0, min(times, 3*maxLine))/len(data))
		if got, want := readAll(t, bytes.NewReader(data)), plainly(data); !same(got, want) {
			t.Errorf("%d bytes: %d lines, want %d", len(data), len(got), len(want))
		}
	})
}
