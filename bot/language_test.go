package bot

import (
	"context"
	"testing"
)

func TestLanguage(t *testing.T) {
	for _, tt := range []struct{ text, want string }{
		{"When did they last meet?", ""},
		{"Quando foi a última vez que eles se encontraram?", "pt"},
		{"¿Cuándo fue la última vez que se vieron?", "es"},
		{"Quand est-ce que les deux se sont vus pour la dernière fois ?", "fr"},
		{"Wann haben sich die beiden zuletzt getroffen?", "de"},
		{"Коли вони востаннє зустрічалися і де?", "uk"},
		{"Когда они встречались в последний раз?", "ru"},
		{"who is la Rochefoucauld", ""},
		{"de Gaulle", ""},
		{"trump", ""},
		{"", ""},
	} {
		if got := language(tt.text); got != tt.want {
			t.Errorf("language(%q) = %q, want %q", tt.text, got, tt.want)
		}
	}
}

func TestOtherLanguagesGetAWordInTheirOwn(t *testing.T) {
	r := harbour().Reply(context.Background(), Message{Text: "Wo wird das Brot von dem Bäcker und der Frau gebacken?"})
	if r.Kind != KindNoAnswer || r.Lang != "de" {
		t.Errorf("a German question gets %s in %q: %s", r.Kind, r.Lang, r.Text)
	}
}

func TestInLanguage(t *testing.T) {
	texts := map[string]string{"pt": "olá", "de": "hallo"}
	for _, tt := range []struct {
		tags           []string
		text, language string
	}{
		{[]string{"pt-BR"}, "olá", "pt"}, {[]string{"DE"}, "hallo", "de"}, {[]string{"en", "de-AT"}, "hallo", "de"},
		{[]string{"de", "pt"}, "hallo", "de"}, {[]string{"en", ""}, "", ""}, {nil, "", ""},
	} {
		text, language, ok := InLanguage(texts, tt.tags...)
		if text != tt.text || language != tt.language || ok != (tt.text != "") {
			t.Errorf("for %q: %q in %q, %v", tt.tags, text, language, ok)
		}
	}
}
