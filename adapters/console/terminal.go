package console

import (
	"os"
	"sync"

	"golang.org/x/term"
)

const prompt = "> "

// An editor reads lines from a terminal, with editing and a history that ends with the process: what users type is not
// kept on disk.
//
// The terminal is raw only while a line is read, so that everything else is written as anywhere and Ctrl-C at any other
// moment is an ordinary interrupt.
type editor struct {
	in, out *os.File
	term    *term.Terminal

	mu      sync.Mutex
	restore func() // set while the terminal is raw
}

func newEditor(in, out *os.File) *editor {
	return &editor{in: in, out: out, term: term.NewTerminal(screen{in, out}, prompt)}
}

// screen is a terminal whose two directions may be two files.
type screen struct{ in, out *os.File }

func (s screen) Read(p []byte) (int, error)  { return s.in.Read(p) }
func (s screen) Write(p []byte) (int, error) { return s.out.Write(p) }

// read returns the next line; io.EOF after Ctrl-C, or after Ctrl-D on an empty line.
func (e *editor) read() (string, error) {
	if width, height, err := term.GetSize(int(e.out.Fd())); err == nil {
		if err := e.term.SetSize(width, height); err != nil {
			return "", err
		}
	}
	state, err := term.MakeRaw(int(e.in.Fd()))
	if err != nil {
		return "", err
	}
	e.mu.Lock()
	e.restore = func() { _ = term.Restore(int(e.in.Fd()), state) } // nothing to do about a terminal that is gone
	e.mu.Unlock()
	line, err := e.term.ReadLine()
	e.stop()
	if err != nil {
		_, _ = e.out.WriteString("\n") // the shell's prompt starts on a line of its own
	}
	return line, err
}

func (e *editor) stop() {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.restore != nil {
		e.restore()
		e.restore = nil
	}
}
