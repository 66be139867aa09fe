package config

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"strings"
)

const masked = "<secret>"

// A Secret is a text that is never printed: every way of formatting, encoding or logging it gives <secret>, or nothing
// where it is not set. Reveal is the one way to its text. The zero value is a secret that is not set.
type Secret struct {
	// A pointer, so that fmt shows an address and not the text even where it may not call the methods below: inside an
	// unexported field.
	text *string
	file string // that it was read from; empty: it was given inline
}

// NewSecret keeps a text; an empty one is no secret.
func NewSecret(text string) Secret {
	if text == "" {
		return Secret{}
	}
	return Secret{text: &text}
}

// IsSet says whether there is a text.
func (s Secret) IsSet() bool { return s.text != nil }

// Reveal returns the text, for whoever is to be told it and nobody else.
func (s Secret) Reveal() string {
	if s.text == nil {
		return ""
	}
	return *s.text
}

// File is the file that the secret stands in; empty where it was given inline.
func (s Secret) File() string { return s.file }

// Reread returns the secret as its file holds it now. One that was given inline is what it was.
func (s Secret) Reread() (Secret, error) {
	if s.file == "" {
		return s, nil
	}
	return secretIn(s.file)
}

// Equal says whether two secrets are the same text.
func (s Secret) Equal(other Secret) bool { return s.Reveal() == other.Reveal() }

// String masks the text.
func (s Secret) String() string {
	if s.text == nil {
		return ""
	}
	return masked
}

// Format masks the text under every verb, %d and %x included.
func (s Secret) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, s.String()) }

// MarshalText masks the text in JSON, YAML, XML and whatever else asks for text.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// LogValue masks the text in logs.
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.String()) }

const maxSecretFile = 64 << 10

// secretIn reads a secret from a file. White space around it, such as the line's end, is no part of it.
func secretIn(path string) (Secret, error) {
	f, err := os.Open(path)
	if err != nil {
		return Secret{}, fmt.Errorf("cannot read %s: %w", path, reason(err))
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxSecretFile+1))
	text := strings.TrimSpace(string(data))
	switch {
	case err != nil:
		return Secret{}, fmt.Errorf("cannot read %s: %w", path, reason(err))
	case len(data) > maxSecretFile:
		return Secret{}, fmt.Errorf("%s is larger than %d KiB, that is no token", path, maxSecretFile>>10)
	case text == "":
		return Secret{}, fmt.Errorf("%s is empty", path)
	}
	if err := checkSecret(text); err != nil {
		return Secret{}, fmt.Errorf("%s %w", path, err)
	}
	return Secret{&text, path}, nil
}

// checkSecret refuses what no token has and what would break an HTTP header, without repeating it.
func checkSecret(text string) error {
	for _, r := range text {
		if r < ' ' || r > '~' {
			return errors.New("holds a line break or a character that no token has")
		}
	}
	return nil
}

// reason takes the path and the system call off a file error: the path is in the sentence already.
func reason(err error) error {
	var path *fs.PathError
	if errors.As(err, &path) {
		return path.Err
	}
	return err
}
