package kb

import (
	"fmt"
	"math"
	"slices"
	"testing"
)

func TestParseDate(t *testing.T) {
	for _, tt := range []struct {
		give string
		want Date
		text string
	}{
		{"2025", Date{2025, 0, 0}, "2025"},
		{"2025-02", Date{2025, 2, 0}, "February 2025"},
		{"2025-02-18", Date{2025, 2, 18}, "18 February 2025"},
		{"2024-02-29", Date{2024, 2, 29}, "29 February 2024"},
		{"0001-01-01", Date{1, 1, 1}, "1 January 1"},
	} {
		d, err := ParseDate(tt.give)
		if err != nil || d != tt.want || d.String() != tt.text {
			t.Errorf("ParseDate(%q) = %#v (%s), %v; want %#v (%s)", tt.give, d, d, err, tt.want, tt.text)
		}
	}
	for _, give := range []string{"", "0000", "25", "2025-13", "2025-2", "2025-02-30", "2023-02-29", "2025-02-18T10:00", " 2025", "2025-", "18 February 2025", "-2025", "20250218", "２０２５"} {
		if d, err := ParseDate(give); err == nil || !d.IsZero() {
			t.Errorf("ParseDate(%q) = %v, %v", give, d, err)
		} else if want := fmt.Sprintf("%q is no date: want 2025, 2025-02 or 2025-02-18", give); err.Error() != want {
			t.Errorf("ParseDate(%q): %v, want %s", give, err, want)
		}
	}
	if s := (Date{}).String(); s != "" {
		t.Errorf("no date is written %q", s)
	}
}

func FuzzParseDate(f *testing.F) {
	for _, s := range []string{"2025", "2025-02", "2025-02-18", "0000", "2025-02-30", "x"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		d, err := ParseDate(s)
		if err != nil {
			if !d.IsZero() {
				t.Errorf("%q: %v and %v", s, d, err)
			}
			return
		}
		again := fmt.Sprintf("%04d", d.Year)
		if d.Month > 0 {
			again += fmt.Sprintf("-%02d", d.Month)
		}
		if d.Day > 0 {
			again += fmt.Sprintf("-%02d", d.Day)
		}
		if again != s || d.IsZero() || d.String() == "" {
			t.Errorf("%q is read as %#v", s, d)
		}
	})
}

func TestCompareDates(t *testing.T) {
	order := []Date{{}, {2018, 0, 0}, {2018, 7, 0}, {2018, 7, 16}, {2018, 8, 0}, {2019, 0, 0}, {2019, 1, 1}}
	for i, a := range order {
		for j, b := range order {
			if got := a.Compare(b); got != min(1, max(-1, i-j)) {
				t.Errorf("%v to %v is %d", a, b, got)
			}
		}
	}
}

func TestWhen(t *testing.T) {
	for _, tt := range []struct {
		e    Event
		want string
	}{
		{Event{}, ""},
		{Event{Start: Date{2019, 6, 0}}, "June 2019"},
		{Event{Start: Date{2019, 6, 28}, End: Date{2019, 6, 28}}, "28 June 2019"},
		{Event{Start: Date{2022, 3, 0}, End: Date{2022, 5, 0}}, "March 2022 – May 2022"},
		{Event{Start: Date{2022, 3, 0}, Approximate: "true"}, "March 2022"},
		{Event{Start: Date{2022, 3, 0}, Approximate: "in the spring"}, "March 2022 (in the spring)"},
	} {
		if got := tt.e.When(); got != tt.want {
			t.Errorf("%+v: %q, want %q", tt.e, got, tt.want)
		}
	}
}

func TestEventsAreSorted(t *testing.T) {
	b, err := Load(folder("a.yaml", entry+"events: [{id: c, title: C, start: 2020}, {id: a, title: A}, {id: d, title: D, start: 2020}, {id: b, title: B, start: 2019-12-31}]"), "kb")
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for i := range b.Events {
		e := &b.Events[i]
		got = append(got, e.ID)
		if found, ok := b.Event(e.ID); !ok || found != e {
			t.Errorf("event %s is not found where it is", e.ID)
		}
	}
	if want := []string{"a", "b", "c", "d"}; !slices.Equal(got, want) {
		t.Errorf("events are %v, want %v", got, want)
	}
}

func TestCite(t *testing.T) {
	for _, tt := range []struct {
		source     Source
		paragraphs []int
		want       string
	}{
		{Source{}, nil, ""},
		{Source{Publisher: "Gazette"}, nil, "Gazette"},
		{Source{Title: "A light"}, nil, "“A light”"},
		{Source{Publisher: "Gazette", Title: "A light"}, []int{4}, "Gazette, “A light”, §4"},
		{Source{Publisher: "Gazette"}, []int{5, 1, 3, 4, 3}, "Gazette, §1, §§3–5"},
		{Source{Publisher: "Gazette"}, []int{1, 2}, "Gazette, §1, §2"},
		{Source{Publisher: "Gazette"}, []int{7, 3, 2, 1, 9, 8}, "Gazette, §§1–3, §§7–9"},
		{Source{Publisher: "Gazette"}, []int{math.MaxInt, 0}, fmt.Sprintf("Gazette, §0, §%d", math.MaxInt)},
	} {
		given := slices.Clone(tt.paragraphs)
		b := Base{Source: tt.source}
		if got := b.Cite(tt.paragraphs); got != tt.want {
			t.Errorf("%v of %+v: %q, want %q", tt.paragraphs, tt.source, got, tt.want)
		}
		if !slices.Equal(given, tt.paragraphs) {
			t.Errorf("citing changed %v into %v", given, tt.paragraphs)
		}
	}
}

func TestClassNames(t *testing.T) {
	for c, want := range map[Class]string{Told: "told", NotTold: "not told", Talk: "talk", 9: "class 9"} {
		if c.String() != want {
			t.Errorf("%d is %q, want %q", c, c, want)
		}
	}
}
