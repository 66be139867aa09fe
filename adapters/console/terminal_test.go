//go:build unix

package console

import (
	"context"
	"io"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/creack/pty"
	"golang.org/x/term"
)

// A screenTest is a person at a terminal: keys go in, and what the terminal shows comes out.
type screenTest struct {
	t    *testing.T
	keys *os.File // the terminal's other end
	tty  *os.File // what the program has

	mu    sync.Mutex
	shown strings.Builder
}

func newScreen(t *testing.T) *screenTest {
	t.Helper()
	keys, tty, err := pty.Open()
	if err != nil {
		t.Skipf("no pseudo-terminals here: %v", err)
	}
	t.Cleanup(func() { tty.Close(); keys.Close() })
	if err := pty.Setsize(keys, &pty.Winsize{Rows: 24, Cols: 40}); err != nil {
		t.Fatal(err)
	}
	s := &screenTest{t: t, keys: keys, tty: tty}
	go func() {
		buf := make([]byte, 4096)
		for {
			n, err := keys.Read(buf)
			s.mu.Lock()
			s.shown.Write(buf[:n])
			s.mu.Unlock()
			if err != nil {
				return
			}
		}
	}()
	return s
}

func (s *screenTest) text() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.shown.String()
}

// waits until the screen has shown a text, so many times.
func (s *screenTest) waits(text string, times int) {
	s.t.Helper()
	for range 1000 {
		if strings.Count(s.text(), text) >= times {
			return
		}
		time.Sleep(10 * time.Millisecond) // a real terminal has no other clock
	}
	s.t.Fatalf("%q was not shown %d times in %q", text, times, s.text())
}

func (s *screenTest) types(keys string) {
	s.t.Helper()
	if _, err := io.WriteString(s.keys, keys); err != nil {
		s.t.Fatal(err)
	}
}

func (s *screenTest) cooked() bool {
	state, err := term.GetState(int(s.tty.Fd()))
	if err != nil {
		s.t.Fatal(err)
	}
	raw, err := term.MakeRaw(int(s.tty.Fd()))
	if err != nil {
		s.t.Fatal(err)
	}
	now, err := term.GetState(int(s.tty.Fd()))
	if err != nil {
		s.t.Fatal(err)
	}
	if err := term.Restore(int(s.tty.Fd()), raw); err != nil {
		s.t.Fatal(err)
	}
	return *state != *now // not raw before
}

func (s *screenTest) talk(ctx context.Context) <-chan error {
	done := make(chan error, 1)
	style := StyleOf(s.tty, func(string) string { return "" })
	go func() { done <- New(harbour{tower}, Options{In: s.tty, Out: s.tty, Style: style}).Run(ctx) }()
	return done
}

func (s *screenTest) left(done <-chan error) {
	s.t.Helper()
	select {
	case err := <-done:
		if err != nil {
			s.t.Error(err)
		}
	case <-time.After(10 * time.Second):
		s.t.Fatal("it does not end")
	}
	if !s.cooked() {
		s.t.Error("the terminal is left raw")
	}
}

func TestEditingAndHistory(t *testing.T) {
	s := newScreen(t)
	done := s.talk(context.Background())
	s.waits("> ", 1)
	s.types("tower?x\x7f\r") // the last letter taken back
	s.waits("asked tower?\r\n", 1)
	s.types("\x1b[A\r") // the line before
	s.waits("asked tower?\r\n", 2)
	s.types("\x1b[A\x01a \r") // to its beginning
	s.waits("asked a tower?\r\n", 1)
	s.types("height\r")
	s.waits("  1  Why?", 1)
	s.types("1\r")
	s.waits("pressed e:why", 1)
	s.types("/w\tk\t\r") // completed
	s.waits("asked /who kerr\r\n", 1)
	s.types("two\rlines at once\r")
	s.waits("asked lines at once", 1)
	s.types("\x04")
	s.left(done)
}

func TestLeavingATerminal(t *testing.T) {
	for name, keys := range map[string]string{"Ctrl-C": "half a line\x03", "Ctrl-D": "\x04", "a command": "/quit\r"} {
		t.Run(name, func(t *testing.T) {
			s := newScreen(t)
			done := s.talk(context.Background())
			s.waits("> ", 1)
			s.types(keys)
			s.left(done)
		})
	}
	t.Run("a signal", func(t *testing.T) {
		s := newScreen(t)
		ctx, cancel := context.WithCancel(context.Background())
		done := s.talk(ctx)
		s.waits("> ", 1)
		cancel()
		s.left(done)
	})
}

func TestStyleOfTerminal(t *testing.T) {
	s := newScreen(t)
	for _, tt := range []struct {
		env    map[string]string
		colour bool
	}{
		{map[string]string{"TERM": "xterm"}, true},
		{map[string]string{"TERM": "xterm", "NO_COLOR": "1"}, false},
		{map[string]string{"TERM": "dumb"}, false},
	} {
		style := StyleOf(s.tty, func(name string) string { return tt.env[name] })
		if style.Colour != tt.colour {
			t.Errorf("%v: colour is %v", tt.env, style.Colour)
		}
		if style.Width == nil || style.Width() != 40 {
			t.Errorf("%v: not as wide as the terminal", tt.env)
		}
	}
}
