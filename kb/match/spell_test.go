package match

import "testing"

func TestNearest(t *testing.T) {
	s := newSpeller(10)
	for _, w := range []struct {
		word  string
		count int32
	}{{"meeting", 50}, {"melting", 2}, {"truce", 9}, {"lavrov", 20}, {"delegation", 12}, {"delegations", 5}, {"war", 40}, {"ceasefire", 7}} {
		s.add(w.word, w.count)
	}
	s.done()
	for _, tt := range []struct{ in, want string }{
		{"meting", "meeting"},        // one dropped; the commoner of two
		{"meetnig", "meeting"},       // two swapped
		{"trvce", "truce"},           // one changed
		{"lavroff", ""},              // two edits in a short word
		{"delagetion", "delegation"}, // two edits in a long one
		{"xelegatiom", ""},           // two edits, one of them the first letter
		{"elegation", "delegation"},  // one edit may be the first letter
		{"cesefire", "ceasefire"},
		{"wr", ""}, // too short
		{"banana", ""},
	} {
		got, _ := s.nearest(tt.in)
		if got != tt.want {
			t.Errorf("nearest(%q) = %q, want %q", tt.in, got, tt.want)
		}
	}
}

func TestDistance(t *testing.T) {
	for _, tt := range []struct {
		a, b string
		want int
	}{{"abc", "abc", 0}, {"abc", "acb", 1}, {"abc", "ab", 1}, {"abc", "axc", 1}, {"abcd", "badc", 2}, {"abcdef", "uvwxyz", 3}, {"a", "abcdef", 3}} {
		if got := distance(tt.a, tt.b); got != tt.want {
			t.Errorf("distance(%q, %q) = %d, want %d", tt.a, tt.b, got, tt.want)
		}
		if got := distance(tt.b, tt.a); got != tt.want {
			t.Errorf("distance(%q, %q) = %d, want %d", tt.b, tt.a, got, tt.want)
		}
	}
}

func FuzzNearest(f *testing.F) {
	s := newSpeller(10)
	for _, w := range []string{"meeting", "truce", "лавров", "delegation"} {
		s.add(w, 3)
	}
	s.done()
	f.Add("metting")
	f.Add("лаврв")
	f.Fuzz(func(t *testing.T, w string) {
		if to, ok := s.nearest(w); ok && distance(w, to) > 2 {
			t.Errorf("%q became %q", w, to)
		}
	})
}
