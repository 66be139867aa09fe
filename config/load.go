package config

import (
	"encoding"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/agnivade/levenshtein"
)

const (
	prefix = "SUMMITBOT_"
	suffix = "_FILE" // of the variable that names a secret's file
)

// A Setting is one field of Config, as an operator knows it.
type Setting struct {
	Group   string // the part of Config it belongs to
	Env     string
	Flag    string // without dashes
	Default string
	Want    string
	Help    string
	Secret  bool // then Env+"_FILE" may name a file that holds it, and the flag is that variable's

	index []int
}

// Settings lists all settings in the order of Config.
func Settings() []Setting {
	var all []Setting
	for _, group := range reflect.VisibleFields(reflect.TypeFor[Config]()) {
		for _, field := range reflect.VisibleFields(group.Type) {
			s := Setting{
				Group:   group.Name,
				Env:     field.Tag.Get("env"),
				Default: field.Tag.Get("default"),
				Want:    field.Tag.Get("want"),
				Help:    field.Tag.Get("help"),
				Secret:  field.Type == reflect.TypeFor[Secret](),
				index:   append(slices.Clone(group.Index), field.Index...),
			}
			s.Flag = flagName(s.Env)
			if s.Secret {
				// A command line is seen by everybody on the machine, so a secret itself has no flag.
				s.Flag = flagName(s.Env + suffix)
			}
			all = append(all, s)
		}
	}
	return all
}

func flagName(env string) string {
	return strings.ReplaceAll(strings.ToLower(strings.TrimPrefix(env, prefix)), "_", "-")
}

// A Source is where a configuration is read from, besides the file that it may name. What a flag says outweighs the
// environment, and that the file.
type Source struct {
	Environ []string          // "NAME=value" each, as os.Environ gives it
	Flags   map[string]string // by name without dashes; only those that were given
}

// A Value is a setting's value and where it came from.
type Value struct {
	Name string
	Text string // a secret's is masked
	From string
}

// A Report is what there is to say about a configuration besides what it is.
type Report struct {
	Values   []Value  // of every setting, in the order of Config
	Warnings []string // what is odd but harmless
}

// A Fault is one thing wrong with a configuration.
type Fault struct {
	Env     string // the setting
	Message string // in words for an operator, with the name of the variable or flag that is wrong
}

// Faults is the error of Load: everything that is wrong, at once.
type Faults []Fault

func (fs Faults) Error() string {
	lines := make([]string, len(fs))
	for i, f := range fs {
		lines[i] = f.Message
	}
	return strings.Join(lines, "\n")
}

// Of picks what makes a setting unknown: its faults, and those of the file in which it may stand; nil if there are none.
func (fs Faults) Of(env string) error {
	own := slices.DeleteFunc(slices.Clone(fs), func(f Fault) bool { return f.Env != env && f.Env != fileEnv })
	if len(own) == 0 {
		return nil
	}
	return own
}

// Load reads and checks a configuration. Its error is always Faults; the rest then holds all that is right.
func Load(src Source) (Config, Report, error) {
	l := loader{env: map[string]string{}, flags: src.Flags, file: map[string]written{}}
	for _, pair := range src.Environ {
		if name, value, ok := strings.Cut(pair, "="); ok {
			l.env[name] = value
		}
	}
	var cfg Config
	var report Report
	settings := Settings()
	l.readFile(settings)
	for _, s := range settings {
		report.Values = append(report.Values, l.setting(s, reflect.ValueOf(&cfg).Elem().FieldByIndex(s.index)))
	}
	report.Warnings = l.unknown()
	if len(l.faults) > 0 {
		return cfg, report, l.faults
	}
	return cfg, report, nil
}

type loader struct {
	env    map[string]string
	flags  map[string]string
	file   map[string]written // by flag
	faults Faults
}

func (l *loader) fault(s Setting, format string, args ...any) {
	l.faults = append(l.faults, Fault{s.Env, fmt.Sprintf(format, args...)})
}

// given looks a value up. The name is the variable, the flag or the place in the file, as an operator knows it; it is empty
// where nothing is set.
func (l *loader) given(env, flag string) (value, name, from string) {
	if text, ok := l.flags[flag]; ok && flag != "" {
		return text, "--" + flag, "flag --" + flag
	}
	if text, ok := l.env[env]; ok {
		return text, env, "environment"
	}
	if w, ok := l.file[flag]; ok {
		return w.text, w.at + ": " + flag, "file " + w.at
	}
	return "", "", ""
}

// setting reads one setting into v.
func (l *loader) setting(s Setting, v reflect.Value) Value {
	if s.Secret {
		return l.secret(s, v)
	}
	text, name, from := l.given(s.Env, s.Flag)
	switch {
	case name == "" && s.Default == "":
		return Value{s.Env, "", "not set"}
	case name == "":
		text, name, from = s.Default, s.Env, "default"
	case strings.TrimSpace(text) == "":
		l.fault(s, "%s is set but empty", name)
		return Value{s.Env, "", from}
	}
	if err := parse(text, v); err != nil {
		l.fault(s, "%s: want %s, got %s", name, s.Want, show(text))
	}
	return Value{s.Env, show(text), from}
}

func (l *loader) secret(s Setting, v reflect.Value) Value {
	text, name, from := l.given(s.Env, "")
	path, pathName, pathFrom := l.given(s.Env+suffix, s.Flag)
	switch {
	case name == "" && pathName == "":
		return Value{s.Env, "", "not set"}
	case name != "" && pathName != "":
		l.fault(s, "%s and %s are both set: keep one of them", name, pathName)
		return Value{s.Env, masked, from + " and " + pathFrom}
	case name != "":
		if text = strings.TrimSpace(text); text == "" {
			l.fault(s, "%s is set but empty", name)
			return Value{s.Env, "", from}
		}
		if err := checkSecret(text); err != nil {
			l.fault(s, "%s %v", name, err)
		}
		v.Set(reflect.ValueOf(NewSecret(text)))
		return Value{s.Env, masked, from}
	case strings.TrimSpace(path) == "":
		l.fault(s, "%s is set but empty", pathName)
		return Value{s.Env, "", pathFrom}
	}
	from = fmt.Sprintf("file %s (%s)", path, pathName)
	secret, err := secretIn(path)
	if err != nil {
		l.fault(s, "%s: %v", pathName, err)
		return Value{s.Env, "", from}
	}
	v.Set(reflect.ValueOf(secret))
	return Value{s.Env, masked, from}
}

// parse sets v from a text in the form of its type.
func parse(text string, v reflect.Value) error {
	switch into := v.Addr().Interface().(type) {
	case encoding.TextUnmarshaler:
		return into.UnmarshalText([]byte(text))
	case *time.Duration:
		d, err := time.ParseDuration(text)
		if err == nil && d < 0 {
			err = errors.New("negative")
		}
		*into = d
		return err
	default:
		panic(fmt.Sprintf("config: no way to read a %T", into)) // a fault of Config itself, which every test meets
	}
}

// show makes a value fit for a terminal's line: short, and quoted where it is more than one plain word.
func show(text string) string {
	const most = 200
	if r := []rune(text); len(r) > most {
		text = string(r[:most-1]) + "…"
	}
	if strings.ContainsFunc(text, func(r rune) bool { return unicode.IsSpace(r) || !unicode.IsPrint(r) }) {
		return strconv.Quote(text)
	}
	return text
}

// unknown points out variables that look like ours and are none. They are harmless, and not always anybody's mistake:
// Kubernetes sets SUMMITBOT_SERVICE_HOST for a service of the name summitbot.
func (l *loader) unknown() []string {
	var known []string
	for _, s := range Settings() {
		known = append(known, s.Env)
		if s.Secret {
			known = append(known, s.Env+suffix)
		}
	}
	var warnings []string
	for name := range l.env {
		if !strings.HasPrefix(name, prefix) || slices.Contains(known, name) {
			continue
		}
		warnings = append(warnings, noSetting(name, known))
	}
	slices.Sort(warnings)
	return warnings
}

// noSetting says that a name is not known, and what may be meant.
func noSetting(name string, known []string) string {
	if near := nearest(name, known); near != "" {
		return fmt.Sprintf("%s is no setting, did you mean %s?", show(name), near)
	}
	return show(name) + " is no setting"
}

// nearest finds the known name that a wrong one most likely stands for; empty if none is near. The prefix is left out, so
// that SUMMITBOT_DISCORD_TOKEN finds DISCORD_TOKEN.
func nearest(name string, known []string) string {
	name = strings.TrimPrefix(name, prefix)
	best, least := "", 1+max(2, len(name)/3)
	for _, k := range known {
		if d := levenshtein.ComputeDistance(name, strings.TrimPrefix(k, prefix)); d < least {
			best, least = k, d
		}
	}
	return best
}
