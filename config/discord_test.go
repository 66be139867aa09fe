package config

import (
	"slices"
	"testing"
)

func TestShards(t *testing.T) {
	tests := []struct {
		text  string
		ids   []int
		total int
	}{
		{"4", nil, 4}, {"0-3/16", []int{0, 1, 2, 3}, 16}, {"0, 8 / 16", []int{0, 8}, 16}, {"15/16", []int{15}, 16},
		{"", nil, -1}, {"0", nil, -1}, {"x", nil, -1}, {"16/16", nil, -1}, {"3-1/16", nil, -1}, {"1,1/2", nil, -1}, {"/4", nil, -1}, {"0-999999/1000000", nil, -1},
	}
	for _, test := range tests {
		var s Shards
		err := s.UnmarshalText([]byte(test.text))
		if (err != nil) != (test.total < 0) {
			t.Errorf("%q: %v", test.text, err)
		}
		if ids, total := s.Split(); err == nil && (!slices.Equal(ids, test.ids) || total != test.total) {
			t.Errorf("%q: %v of %d", test.text, ids, total)
		}
	}
}

func TestIDs(t *testing.T) {
	var l IDs
	if err := l.UnmarshalText([]byte("700000000000000001, 700000000000000002")); err != nil || !slices.Equal(l.List(), []string{"700000000000000001", "700000000000000002"}) {
		t.Errorf("%v, %v", l.List(), err)
	}
	for _, text := range []string{"", "#general", "700000000000000001,", "5"} {
		if l.UnmarshalText([]byte(text)) == nil {
			t.Errorf("%q is taken", text)
		}
	}
}

func TestSwitch(t *testing.T) {
	for text, want := range map[string]Switch{"on": true, "Yes": true, "off": false, "0": false} {
		s := !want
		if err := s.UnmarshalText([]byte(text)); err != nil || s != want {
			t.Errorf("%q: %v, %v", text, s, err)
		}
	}
	if new(Switch).UnmarshalText([]byte("perhaps")) == nil {
		t.Error("anything is taken")
	}
}
