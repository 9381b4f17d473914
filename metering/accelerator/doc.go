// Package accelerator knows accelerator models, what a share of a card is, and
// what a card is worth in a standard unit.
//
//	request := map[string]int64{"nvidia.com/gpu": 1, "nvidia.com/gpumem": 20480} // MiB
//	demands, err := accelerator.Default().Demands(request, accelerator.Device{Model: "NVIDIA-A100-SXM4-80GB"})
//	for _, d := range demands {
//		cards, err := d.Cards(accelerator.LargerShare)
//		lease, err := series.Hold(cards, start) // card time is what it is held
//	}
//	table, err := accelerator.Default().DenseCompute(accelerator.FP16, accelerator.BF16)
//	standard, err := table.Standard("nvidia-a100-sxm4-80gb", usage.Quantity)
//	fmt.Println(standard) // of 2 card·h: 0.624 PFLOPS·h (dense-fp16,bf16 2026.11)
//
// # Catalogue
//
// [Default] has 77 models of seventeen vendors under a version, each with its
// source and a [Confidence]: high for a vendor's own documentation, low where
// sources are few or at odds. What is not published is an unknown [Figure],
// null in JSON, and never 0: no vendor says what a TPU v6e draws, and four
// figures go round for the FP16 rate of an Ascend 910B. Dense rates and those
// with 2:4 structured sparsity are apart ([Model.Dense], [Model.Sparse]); a
// sparse one is there only where a source prints it.
//
// Figures are of a card, which is what a card·hour is an hour of.
// [Model.Devices] says how many devices a driver shows for it: two dies of an
// MI250X or an Ascend 910C are two, so a device is half a card.
//
// [Catalogue.Lookup] finds a model by id, name or alias and guesses nothing.
// [Catalogue.With] adds models, under a version of its own; a catalogue and a
// [Table] are written as JSON and read back.
//
// # Shares
//
// A [Share] is an exact rational part of a card. It comes of a MIG profile or
// vNPU template ([Model.Partition]), of memory and cores as HAMi, cGPU and the
// vendors' plugins share them out, of time slices, or of thousandths. A
// [Reservation] has a share of cores, of memory, or both, and a [Policy] says
// which is billed: by default the larger, for nobody else can use what is left
// beside it.
//
// In [metering.SharesPerCard] grains every share of cores, slices and
// thousandths is whole. One of memory may not be: 2184 of 32768 MiB. A [Layout]
// places such shares on a card so that they sum to it; [Share.Nearest] rounds a
// single one.
//
// # Kubernetes resources
//
// [Catalogue.Resource] says what a number of an extended resource counts, and
// [Catalogue.ModelsOf] which models it may stand for. [Catalogue.Demands] takes
// a whole request: devices with memory and cores, slots, MIG profiles. What a
// request leaves open and matters, such as the memory of the card, comes from a
// [Device]; without it there is an error and no default. Whole devices need
// none, and their demand then names no model where several are possible. Of HAMi
// and like plugins gpumem is MiB and gpucores hundredths of a device. Native
// resources such as cpu and memory are no extended resources: leave them out.
//
// # Standard compute
//
// A [Table] turns card time into a standard unit when usage is read: dense
// rates ([Catalogue.DenseCompute]), memory bandwidth
// ([Catalogue.MemoryBandwidth]), a provider's coefficients ([NewTable]), or any
// of them relative to one model ([Table.RelativeTo]). Which of these is right
// is policy, so a result carries the table's name and version, and card time is
// neither changed nor replaced.
//
// # Listings from elsewhere
//
// [Catalogue.Check] holds a listing, such as mlco2/impact's gpus.csv, against
// the catalogue and against itself. It finds powers of two variants swapped,
// rates with sparsity given as dense, rates of another format, rows that
// slipped a column, efficiencies off by ten.
//
// # Exactness
//
// No float is used. Figures are integers: bytes, bytes per second, µW, millions
// of operations per second. Shares are rationals of 63 bits and are compared
// exactly: 2184/32768 is less than 2/30. Three operations round, and say so.
// [Share.Nearest] rounds half-even to a grain. [Layout.Place] gives each share
// the grid lines in its interval, less than a grain from exact for each gap it
// takes; what is placed and what is free sum to the card. [Standard.In] rounds
// half-even, once, for display; a [Standard] itself is an integer of 256 bits,
// and sums of them are exact in any order. Everything else is exact or an error
// that wraps [metering.ErrInexact].
//
// # Errors
//
// Conditions are sentinels for [errors.Is]: [ErrUnknownModel],
// [ErrUnknownResource], [ErrUnknownPartition], [ErrUnknownFigure], [ErrShare],
// [ErrNotReserved], [ErrFull], [ErrTable] and [ErrData]. [UnknownError],
// [FigureError], [ShareError] and [FieldError] carry what was given and what is
// wanted, for [errors.As]. A share of nothing or of more than a card is a
// *ShareError; a figure that is not known is a *FigureError and never 0. A
// listing with mistakes is no error: mistakes are findings.
//
// # Limits
//
//   - A catalogue has at most 4,096 models and as many resources, a document 16
//     MiB, a listing 65,536 rows. Names have 64 bytes, sources and notes 1,024.
//   - Sheets print GB of memory and mean 2^30 bytes, as memory is made; that is
//     what the catalogue has. A driver shows less, for ECC and firmware, so shares
//     of memory want [Device.Memory] from the node.
//   - The catalogue says what is printed. Peak rates are not what a program
//     reaches, and entries of low confidence need a second look before money
//     depends on them.
//   - Under [LargerShare] what fits on a card together can be billed as more than
//     a card: 4g.40gb and 3g.40gb are 4/7 and 1/2.
//   - Slots of a partition under a name of the cluster's own, and product
//     labels with a suffix such as "-SHARED" are not understood: they are unknown,
//     not guessed.
//   - One card has at most 256 holders.
//   - A Catalogue and a Table are safe for concurrent use, a [Layout] is for one
//     goroutine at a time. Lookups are one or two map lookups and a copy.
//
// # Laws
//
// Each is a property or fuzz test; -laws.n sets how many cases a property
// test tries and -laws.seed repeats them.
//
//   - Shares compare, multiply and become grains as rationals do:
//     TestLaw_Share_IsARational. Text reads back: FuzzShare_String_Parse.
//   - What is placed on a card and what is free sum to the card, whoever came and
//     went: TestLaw_Layout_SumsToTheCard.
//   - Standard amounts in any order sum to the rational, rounded once:
//     TestLaw_Standard_IsTheRational.
//   - A catalogue reads back as what it was: FuzzCatalogue_JSON_Parse.
//   - No part of a request is more than its device: FuzzCatalogue_Demands.
//   - A listing of the catalogue's own figures has no findings, and a mistake in
//     it is found alone: TestLaw_Check_FindsWhatIsPlanted. Each row is matched or
//     unknown: FuzzListing_Check.
//
// # Design
//
//   - The data is JSON in the form that the package writes, and one reader serves
//     both. Go literals were turned down: a user's parts would come another way
//     than ours, and would not be checked alike.
//   - A figure is a number that may be unknown, not a pointer: models compare,
//     copy, and no nil is read as 0.
//   - Rates have no best format. Which of FP16 and BF16 counts is in the table's
//     name, for of a Gaudi 3 they differ by four.
//   - A share is a rational of its own and not a [metering.Quantity]: rounding
//     2184/32768 to a grain before comparing it with 2/30 works, until two shares
//     are nearer than a grain.
//   - A share off the grid is an interval of the card, and its grains the grid
//     lines in it. Giving each the floor of its share loses grains; giving the
//     last what is left over needs to know which is the last.
//   - Sparse rates are not computed as twice the dense ones: of a Trainium2 they
//     are four times. That a figure is twice the dense one tells a checker enough.
//   - A standard amount is an integer times a table's unit. A metering.Dimension
//     for it was turned down: amounts of two tables or versions would add up.
//   - Tables apply when usage is read. Recording standard units would fix the
//     policy of the day, and a corrected figure could not be applied to the past.
//   - Lookups are by names that were written down. Matching by likeness was turned
//     down: an A100 of 40 GB and one of 80 are one edit apart, and half the price.
package accelerator
