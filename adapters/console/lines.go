package console

import (
	"bufio"
	"errors"
	"fmt"
	"io"
)

// maxLine is the most bytes a line may have: far more than the longest question that is answered, in the widest of JSON's
// spellings.
const maxLine = 64 << 10

// A lineReader reads lines of any length in bounded memory.
type lineReader struct {
	r    *bufio.Reader
	line []byte
	n    int // lines read
}

func newLineReader(r io.Reader) *lineReader {
	return &lineReader{r: bufio.NewReaderSize(r, 32<<10)}
}

// A longLineError is a line that was read past because it has more than maxLine bytes.
type longLineError struct{ size int64 }

func (e *longLineError) Error() string {
	return fmt.Sprintf("%d bytes long, %d at most", e.size, maxLine)
}

// next returns the next line without its end ("\n" or "\r\n"), valid until it is called again; the last line needs no end.
// After a longLineError the line after it can be read. At the end it returns io.EOF.
func (l *lineReader) next() ([]byte, error) {
	l.line = l.line[:0]
	size := int64(0)
	for {
		part, err := l.r.ReadSlice('\n')
		size += int64(len(part))
		if size <= maxLine+2 { // the end of the line is not counted
			l.line = append(l.line, part...)
		}
		switch {
		case errors.Is(err, bufio.ErrBufferFull):
			continue
		case err != nil && (size == 0 || !errors.Is(err, io.EOF)):
			return nil, err
		}
		if int64(len(l.line)) == size {
			part = l.line // its end may have come in two parts
		}
		size -= int64(ending(part))
		l.n++
		if size > maxLine {
			return nil, &longLineError{size}
		}
		return l.line[:size], nil
	}
}

// ending is the length of the line's end.
func ending(part []byte) int {
	n := len(part)
	switch {
	case n > 1 && part[n-2] == '\r' && part[n-1] == '\n':
		return 2
	case n > 0 && part[n-1] == '\n':
		return 1
	}
	return 0
}
