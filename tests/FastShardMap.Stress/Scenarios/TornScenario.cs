using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace FastShardMap.Stress.Scenarios;

#pragma warning disable CS0169, IDE0044, CA1823 // the first element of an inline array stands for all of it

[InlineArray(3)]
internal struct Bytes3 { private byte _first; }

[InlineArray(16)]
internal struct Bytes16 { private byte _first; }

[InlineArray(31)]
internal struct Bytes31 { private byte _first; }

[InlineArray(64)]
internal struct Bytes64 { private byte _first; }

[InlineArray(129)]
internal struct Bytes129 { private byte _first; }

[InlineArray(256)]
internal struct Bytes256 { private byte _first; }

#pragma warning restore CS0169, IDE0044, CA1823

/// <summary>
/// Values of 1 to 256 bytes, each written with one byte all over: a mixture is a torn read (hazard H7).
/// </summary>
internal sealed class TornScenario : StressScenario
{
    private ISizedMap[] _maps = [];

    private interface ISizedMap
    {
        void Write(int key, byte fill);

        void Check(int key);

        void Churn(int key, byte fill);
    }

    public override void Begin(int threads, int seed) => _maps =
    [
        new SizedMap<byte>(), new SizedMap<Bytes3>(), new SizedMap<ulong>(), new SizedMap<Bytes16>(),
        new SizedMap<Bytes31>(),
        new SizedMap<Bytes64>(), new SizedMap<Bytes129>(), new SizedMap<Bytes256>(),
    ];

    public override void Step(StressWorker worker)
    {
        ISizedMap map = _maps[worker.Random.Next(_maps.Length)];
        for (int i = 0; i < 64; i++)
        {
            int key = worker.Random.Next(8);
            switch (worker.Random.Next(8))
            {
                case 0:
                    map.Write(key, (byte)worker.Random.Next(256));
                    break;
                case 1:
                    map.Churn(key, (byte)worker.Random.Next(256));
                    break;
                default:
                    map.Check(key);
                    break;
            }
        }

        worker.Operations += 63;
    }

    public override void End()
    {
        foreach (ISizedMap map in _maps)
        {
            for (int key = 0; key < 8; key++)
            {
                map.Check(key);
            }
        }
    }

    private sealed class SizedMap<TValue> : ISizedMap
        where TValue : unmanaged
    {
        private readonly ShardMap<int, TValue> _map = new(Options(shards: 1));

        public void Write(int key, byte fill) => _map[key] = Filled(fill);

        public void Churn(int key, byte fill)
        {
            if (_map.TryRemove(key, out TValue removed))
            {
                Check(key, removed);
            }

            _map.TryAdd(key, Filled(fill));
        }

        public void Check(int key)
        {
            if (_map.TryGetValue(key, out TValue value))
            {
                Check(key, value);
            }
        }

        private static void Check(int key, TValue value)
        {
            Span<byte> bytes = MemoryMarshal.AsBytes(new Span<TValue>(ref value));
            Require(
                !bytes.ContainsAnyExcept(bytes[0]),
                $"torn value of {bytes.Length} bytes for key {key}: {Convert.ToHexString(bytes)}");
        }

        private static TValue Filled(byte fill)
        {
            TValue value = default;
            MemoryMarshal.AsBytes(new Span<TValue>(ref value)).Fill(fill);
            return value;
        }
    }
}
