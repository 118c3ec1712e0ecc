using System.Diagnostics.Metrics;
using FastShardMap;
using FastShardMap.CodeProbe;

// Compiles the paths of reads and writes, for a test that reads the JIT's listing of this process: with listeners for
// all metrics and events there are, or with none.
bool observed = args is ["observed"];
using EverythingListener? events = observed ? new EverythingListener() : null;
using MeterListener meters = new();
if (observed)
{
    // The first map brings metrics and events to life, before the code below is compiled.
    using ShardMap<byte, byte> first = new(new ShardMapOptions { Name = "first" });
    meters.InstrumentPublished = static (instrument, self) => self.EnableMeasurementEvents(instrument);
    meters.Start();
    meters.RecordObservableInstruments();
}

using ShardMap<ulong, ulong> map = new(new ShardMapOptions { Name = observed ? "observed" : null });
ulong found = 0;
for (ulong key = 0; key < 10_000; key++)
{
    Paths.Write(map, key);
    found += Paths.Read(map, key / 2);
}

return found == 0 ? 1 : 0;
