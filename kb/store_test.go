package kb

import (
	"bytes"
	"errors"
	"reflect"
	"sync"
	"testing"

	"github.com/klauspost/compress/zstd"

	"summitbot/kb/match"
)

// stored is a small knowledge base as Store writes it.
var stored = sync.OnceValues(func() ([]byte, error) {
	b, err := Load(folder("a.yaml", entry+"  - {id: colour, question: Which colour is it, answer: White., paragraphs: [1], asked: [how is it painted]}\nevents: [{id: b, title: B, start: 1890}, {id: a, title: A, start: 1887}]\n"), "kb")
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	err = Store(&out, b, match.Learn(b.Corpus(), match.Options{Folds: -1}))
	return out.Bytes(), err
})

func storedBase(t testing.TB) []byte {
	t.Helper()
	data, err := stored()
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func TestRestore(t *testing.T) {
	b, ix, err := Restore(bytes.NewReader(storedBase(t)))
	if err != nil {
		t.Fatal(err)
	}
	e, ok := b.Entry("colour")
	if !ok || e.Answer != "White." || e.At != (Position{"kb/a.yaml", 3, 5}) || !reflect.DeepEqual(e.Paragraphs, []int{1}) || e.Asked != nil {
		t.Errorf("colour is %+v", e)
	}
	if ev, ok := b.Event("a"); !ok || ev != &b.Events[0] {
		t.Errorf("event a is %+v", ev)
	}
	if r := ix.Match(match.Query{Text: "how is it painted"}); len(r.Best) == 0 || r.Best[0].ID != "colour" {
		t.Errorf("found %+v", r.Best)
	}
}

// Whatever is cut off or altered is noticed: the file carries a checksum.
func TestRestoreDamaged(t *testing.T) {
	data := storedBase(t)
	step := max(1, len(data)/150)
	for n := 0; n < len(data); n += step {
		if _, _, err := Restore(bytes.NewReader(data[:n])); err == nil {
			t.Errorf("the first %d of %d bytes are taken for all", n, len(data))
		}
		bad := bytes.Clone(data)
		bad[n] ^= 0x10
		if _, _, err := Restore(bytes.NewReader(bad)); err == nil {
			t.Errorf("byte %d of %d is damaged and nobody notices", n, len(data))
		}
	}
	if _, _, err := Restore(bytes.NewReader(append(bytes.Clone(data), data...))); err == nil {
		t.Error("what follows is not noticed")
	}
}

// unpack returns what is stored, without the compression whose checksum would hide what a damage does.
func unpack(t testing.TB, data []byte) []byte {
	z, err := zstd.NewReader(nil)
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	plain, err := z.DecodeAll(data, nil)
	if err != nil {
		t.Fatal(err)
	}
	return plain
}

func pack(t testing.TB, plain []byte) []byte {
	z, err := zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithEncoderConcurrency(1))
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	return z.EncodeAll(plain, nil)
}

// A file that is damaged under a right checksum is refused or read otherwise; it never brings the program down.
func FuzzRestore(f *testing.F) {
	plain := unpack(f, storedBase(f))
	for i := range 60 {
		f.Add(uint(i*len(plain)/60), byte(0xff))
		f.Add(uint(i*37), byte(1))
	}
	f.Fuzz(func(t *testing.T, at uint, flip byte) {
		bad := bytes.Clone(plain)
		bad[at%uint(len(bad))] ^= flip
		b, ix, err := Restore(bytes.NewReader(pack(t, bad)))
		if err != nil {
			return
		}
		for _, e := range b.Entries {
			_ = e.Class.String()
		}
		ix.Match(match.Query{Text: "Which colour is the tower?", Lean: 1, Context: match.Context{Before: "How high is it?"}})
	})
}

type fullDisk struct{ room int }

var errFull = errors.New("disk full")

func (d *fullDisk) Write(p []byte) (int, error) {
	if d.room -= len(p); d.room < 0 {
		return 0, errFull
	}
	return len(p), nil
}

func TestStoreSaysWhenItFails(t *testing.T) {
	b, ix, err := Restore(bytes.NewReader(storedBase(t)))
	if err != nil {
		t.Fatal(err)
	}
	for _, room := range []int{0, 100} {
		if err := Store(&fullDisk{room}, b, ix); !errors.Is(err, errFull) {
			t.Errorf("with room for %d bytes: %v", room, err)
		}
	}
}
