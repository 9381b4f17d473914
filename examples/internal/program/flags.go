package program

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"strings"
	"time"
)

// ErrUsage is returned once it was said what is wrong with the arguments.
var ErrUsage = errors.New("usage")

// A Text says the same in English and in Chinese.
type Text struct{ EN, ZH string }

// In returns the text in a language: "zh", or else English.
func (t Text) In(lang string) string {
	if lang == "zh" {
		return t.ZH
	}
	return t.EN
}

// Flags are a command line. A flag that says nothing of itself is not shown.
type Flags struct {
	set   *flag.FlagSet
	args  []string
	about Text
	lang  string  // of what is said about flags
	asked *string // what -lang was set to
}

// NewFlags returns the flags of a program; about is what it does and how it is
// called, for -h.
func NewFlags(name string, args []string, about Text) *Flags {
	set := flag.NewFlagSet(name, flag.ContinueOnError)
	set.SetOutput(io.Discard) // what is wrong is said here, in the language asked for
	return &Flags{set: set, args: args, about: about, lang: languageOf(args)}
}

// languageOf finds the language before flags are parsed, as -h may stand first.
func languageOf(args []string) string {
	for i, arg := range args {
		name, value, joined := strings.Cut(strings.TrimLeft(arg, "-"), "=")
		if name != "lang" || !strings.HasPrefix(arg, "-") {
			continue
		}
		if !joined && i+1 < len(args) {
			value = args[i+1]
		}
		return value
	}
	return "en"
}

func (f *Flags) says(en, zh string) string { return Text{en, zh}.In(f.lang) }

// String has a flag set a text. A name in back quotes says what it is a text of.
func (f *Flags) String(to *string, name, value, en, zh string) {
	f.set.StringVar(to, name, value, f.says(en, zh))
}

// Bool has a flag set a switch.
func (f *Flags) Bool(to *bool, name string, en, zh string) {
	f.set.BoolVar(to, name, false, f.says(en, zh))
}

// Int has a flag set a number.
func (f *Flags) Int(to *int, name string, value int, en, zh string) {
	f.set.IntVar(to, name, value, f.says(en, zh))
}

// Uint64 has a flag set a number of 0 or more.
func (f *Flags) Uint64(to *uint64, name string, value uint64, en, zh string) {
	f.set.Uint64Var(to, name, value, f.says(en, zh))
}

// Float64 has a flag set a number with a fraction, for measures and never for money.
func (f *Flags) Float64(to *float64, name string, value float64, en, zh string) {
	f.set.Float64Var(to, name, value, f.says(en, zh))
}

// Duration has a flag set a time such as 90s or 24h.
func (f *Flags) Duration(to *time.Duration, name string, value time.Duration, en, zh string) {
	f.set.DurationVar(to, name, value, f.says(en, zh))
}

// Language has -lang set the language.
func (f *Flags) Language(to *string) {
	f.asked = to
	f.String(to, "lang", "en", "language of all that is said: en or zh", "输出语言：en 或 zh")
}

// Given reports whether a flag was set, to whatever value.
func (f *Flags) Given(name string) (given bool) {
	f.set.Visit(func(one *flag.Flag) { given = given || one.Name == name })
	return given
}

// Parse reads flags only. It returns flag.ErrHelp once it has said on stdout what
// flags there are, and ErrUsage once it has said on stderr what is wrong.
func (f *Flags) Parse(stdout, stderr io.Writer) error {
	words, err := f.ParseWords(stdout, stderr)
	if err == nil && len(words) > 0 {
		return f.Wrong(stderr, "unexpected argument %q", words[0])
	}
	return err
}

// ParseWords reads flags, which may stand before, between and behind words.
func (f *Flags) ParseWords(stdout, stderr io.Writer) (words []string, err error) {
	for rest := f.args; ; {
		err := f.set.Parse(rest)
		if errors.Is(err, flag.ErrHelp) {
			f.print(stdout)
			return nil, err
		}
		if err != nil {
			fmt.Fprintf(stderr, "%s: %v\n\n", f.set.Name(), err)
			f.print(stderr)
			return nil, ErrUsage
		}
		if f.set.NArg() == 0 {
			break
		}
		words, rest = append(words, f.set.Arg(0)), f.set.Args()[1:]
	}
	if f.asked != nil && *f.asked != "en" && *f.asked != "zh" {
		return nil, f.Wrong(stderr, "-lang %q: want en or zh", *f.asked)
	}
	return words, nil
}

// Wrong says what is wrong with the arguments, and returns ErrUsage.
func (f *Flags) Wrong(stderr io.Writer, format string, args ...any) error {
	fmt.Fprintf(stderr, "%s: %s%s\n", f.set.Name(), fmt.Sprintf(format, args...), f.says(" (-h for help)", "（-h 查看用法）"))
	return ErrUsage
}

// print says what the program does and what flags it has.
func (f *Flags) print(to io.Writer) {
	fmt.Fprintf(to, "%s\n%s\n", strings.TrimSpace(f.about.In(f.lang)), f.says("\nFlags:", "\n选项："))
	f.set.VisitAll(func(one *flag.Flag) {
		if one.Usage == "" {
			return
		}
		name, usage := flag.UnquoteUsage(one)
		line := "  -" + one.Name
		if name != "" {
			line += " " + name
		}
		fmt.Fprintf(to, "%s\n        %s", line, usage)
		if one.DefValue != "" && one.DefValue != "0" && one.DefValue != "0s" && one.DefValue != "false" {
			fmt.Fprintf(to, f.says(" (default %s)", "（默认 %s）"), one.DefValue)
		}
		fmt.Fprintln(to)
	})
	fmt.Fprintf(to, "  -h\n        %s\n", f.says("print this and stop; with -lang zh in Chinese", "显示本说明后退出；-lang en 为英文"))
}
