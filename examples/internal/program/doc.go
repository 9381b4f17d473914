// Package program is the frame of every example: one command line in two languages,
// files that appear whole, and an end that says why.
//
//	func main() { program.Main("pue", run) }
//
//	func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
//		var o options
//		f := program.NewFlags("pue", args, program.Text{EN: usage, ZH: usageChinese})
//		f.String(&o.out, "out", "out/pue", "write report.html to `DIR`; \"\" for nowhere", "将 report.html 写入目录 `DIR`；空为不写")
//		f.Language(&o.lang)
//		if err := f.Parse(stdout, stderr); err != nil {
//			return err
//		}
//		…
//		files := program.NewFiles(ctx, o.out)
//		if err := files.Write("report.html", page); err != nil {
//			return err
//		}
//		return files.Say(stdout, o.lang)
//	}
//
// # The family
//
// Every example has -out, -seed, -json, -lang and -h, and each means the same in
// all of them: the directory that files go to, "" for none; what is made up, and is
// the same for the same seed; figures for machines on standard output, and nothing
// else there; the language of all that is said; and what flags there are, in that
// language.
//
// # How a program ends
//
// With 0; with 1, and the reason on standard error; with 2 if it was called wrongly.
// An interrupt or a request to terminate ends the context: the program stops where
// it can, and no file is left half written. The second one ends it at once.
package program
