package otelmeter

// Names of OpenTelemetry's semantic conventions, of the version in [SchemaURL].
// Those of hardware are in development there; a test holds them to the
// conventions' own package.
const (
	errorType = "error.type"

	hwID     = "hw.id"
	hwType   = "hw.type"
	hwName   = "hw.name"
	hwParent = "hw.parent"
	hwModel  = "hw.model"
	hwVendor = "hw.vendor"
	hwSerial = "hw.serial_number"

	hwEnergy     = "hw.energy"
	hwPower      = "hw.power"
	hwHostEnergy = "hw.host.energy"
	hwHostPower  = "hw.host.power"

	cloudRegion = "cloud.region"
)

// Names of our own, where the conventions have none.
const (
	usagePrefix = "meterbook.usage."
	usageBeyond = "meterbook.usage.sets.beyond"
	keyMeter    = "meterbook.meter"
	keyAccount  = "meterbook.account"
	keyTenant   = "meterbook.tenant"
	keyResource = "meterbook.resource"
	keySKU      = "meterbook.sku"
	keyRest     = "meterbook.rest"
)
