package guard

import (
	"testing"
	"time"

	"summitbot/bot"
)

// What the guard says itself is in the language of whoever asks.
func TestLanguages(t *testing.T) {
	for _, tt := range []struct{ locale, want string }{
		{"", "en"}, {"en-GB", "en"}, {"tlh", "en"}, {"pt", "pt"}, {"pt-br", "pt"}, {"es-419", "es"}, {"fr", "fr"}, {"DE-at", "de"}, {"uk", "uk"}, {"ru-RU", "ru"},
	} {
		t.Run(tt.locale, func(t *testing.T) {
			g := New(core(echo), Options{User: Limit{1, time.Minute}})
			m := bot.Message{User: "u", Locale: tt.locale, Text: "panic"}
			say := languages[tt.want]
			if r := g.Reply(t.Context(), m); r.Text != say.broken || r.Lang != tt.want {
				t.Errorf("to a panic: %q in %q", r.Text, r.Lang)
			}
			if r := g.Reply(t.Context(), m); r.Text != say.slower || r.Lang != tt.want {
				t.Errorf("over the limit: %q in %q", r.Text, r.Lang)
			}
		})
	}
	seen := map[string]string{"": "nothing"}
	for language, say := range languages {
		for _, text := range []string{say.slower, say.broken} {
			if other := seen[text]; other != "" {
				t.Errorf("%s and %s say the same: %q", language, other, text)
			}
			seen[text] = language
		}
	}
}
