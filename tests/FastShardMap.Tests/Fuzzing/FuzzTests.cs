using System.Globalization;
using System.Runtime.CompilerServices;

namespace FastShardMap.Tests.Fuzzing;

/// <summary>
/// Random programs against a dictionary, for many sizes of key and value, shard counts and migration steps. The corpus
/// holds programs worth keeping: each file is two bytes of configuration and commands. FASTSHARDMAP_FUZZ_SECONDS says
/// how long to look for more (default 5); a program that fails is shrunk and printed, to be added to the corpus.
/// </summary>
public class FuzzTests(ITestOutputHelper output)
{
    private const int DefaultSeconds = 5;
    private const int LongestProgram = 1_500;

    public static TheoryData<string> Corpus =>
        [.. Directory.EnumerateFiles(CorpusFolder(), "*.hex")
            .Select(static path => Path.GetFileName(path)!)
            .Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Corpus))]
    public void Run_ProgramOfTheCorpus_AgreesWithTheDictionary(string file) =>
        Run(Read(Path.Combine(CorpusFolder(), file)));

    [Theory]
    [MemberData(nameof(Corpus))]
    public void Run_ProgramOfTheCorpusWithText_AgreesWithTheDictionary(string file)
    {
        byte[] program = Read(Path.Combine(CorpusFolder(), file));
        program[0] = 8;
        Run(program);
    }

    [Fact]
    public void Run_MutatedPrograms_AgreeWithTheDictionary()
    {
        int seed = int.TryParse(
            Environment.GetEnvironmentVariable("FASTSHARDMAP_FUZZ_SEED"), CultureInfo.InvariantCulture, out int given)
            ? given
            : Environment.TickCount;
        double seconds = double.TryParse(
            Environment.GetEnvironmentVariable("FASTSHARDMAP_FUZZ_SECONDS"),
            CultureInfo.InvariantCulture,
            out double limit)
            ? limit
            : DefaultSeconds;
        Random random = new(seed);
        List<byte[]> programs =
        [
            .. Directory.EnumerateFiles(CorpusFolder(), "*.hex").Order(StringComparer.Ordinal).Select(Read),
        ];
        long deadline = Environment.TickCount64 + (long)(seconds * 1_000);
        int runs = 0;
        for (; Environment.TickCount64 < deadline; runs++)
        {
            byte[] program = Mutate(programs[random.Next(programs.Count)], random);
            try
            {
                Run(program);
            }
            catch (Exception exception)
            {
                byte[] small = Shrink(program);
                Assert.Fail(
                    $"FASTSHARDMAP_FUZZ_SEED={seed}, run {runs}: "
                        + $"{exception.Message}\n{Convert.ToHexString(small)}\n{exception}");
            }
        }

        output.WriteLine($"seed {seed}: {runs} programs in {seconds} s");
        Assert.True(runs > 0);
    }

    [Fact]
    public void Shrink_LongProgram_KeepsWhatFails()
    {
        byte[] program = [0, 0, .. Enumerable.Repeat<byte>(3, 30), 0xFF, 0xFF, 0xFF];

        byte[] small = Shrink(program, static candidate => candidate.AsSpan().Contains((byte)0xFF));

        Assert.Equal([0, 0, 0xFF, 0xFF, 0xFF], small);
    }

    private static void Run(byte[] program) => MachineFor(program[0], program[1]).Run(program.AsSpan(2));

    private static IFuzzMachine MachineFor(byte types, byte shape)
    {
        int shards = 1 << (shape & 3);
        int step = 1 << (shape >> 2 & 3);
        bool sameHash = (shape & 0xF0) == 0xF0;
        return (types % 10) switch
        {
            0 => new FuzzMachine<ulong, ulong>(shards, step, sameHash),
            1 => new FuzzMachine<byte, byte>(shards, step, sameHash),
            2 => new FuzzMachine<ushort, Guid>(shards, step, sameHash),
            3 => new FuzzMachine<Guid, ushort>(shards, step, sameHash),
            4 => new FuzzMachine<Int128, uint>(shards, step, sameHash),
            5 => new FuzzMachine<int, Wide>(shards, step, sameHash),
            6 => new FuzzMachine<ulong, Huge>(shards, step, sameHash),
            7 => new FuzzMachine<char, decimal>(shards, step, sameHash),
            _ => new TextFuzzMachine(shards, step, weakHash: sameHash),
        };
    }

    private static byte[] Mutate(byte[] program, Random random)
    {
        List<byte> bytes = [.. program];
        bytes[0] = (byte)random.Next(10);
        bytes[1] = (byte)random.Next(256);
        for (int mutations = random.Next(1, 6); mutations > 0; mutations--)
        {
            int at = 2 + (random.Next((bytes.Count / 3) + 1) * 3);
            switch (random.Next(5))
            {
                case 0 when at + 3 <= bytes.Count:
                    bytes.RemoveRange(at, Math.Min(3 * random.Next(1, 20), (bytes.Count - at) / 3 * 3));
                    break;
                case 1 when at + 3 <= bytes.Count && bytes.Count < LongestProgram:
                    bytes.InsertRange(
                        at, bytes.GetRange(at, Math.Min(3 * random.Next(1, 40), (bytes.Count - at) / 3 * 3)));
                    break;
                case 2 when at < bytes.Count:
                    bytes[random.Next(2, bytes.Count)] = (byte)random.Next(256);
                    break;
                default:
                    byte[] commands = new byte[3 * random.Next(1, 80)];
                    random.NextBytes(commands);
                    if (random.Next(2) == 0)
                    {
                        for (int i = 1; i < commands.Length; i += 3)
                        {
                            commands[i] &= 15; // few keys
                        }
                    }

                    bytes.InsertRange(Math.Min(at, bytes.Count), commands);
                    break;
            }
        }

        return [.. bytes.Take(LongestProgram)];
    }

    private static byte[] Shrink(byte[] program) => Shrink(program, static candidate =>
    {
        try
        {
            Run(candidate);
            return false;
        }
        catch (Exception)
        {
            return true;
        }
    });

    /// <summary>Leaves commands out, large pieces first, as long as the program fails.</summary>
    private static byte[] Shrink(byte[] program, Func<byte[], bool> fails)
    {
        for (int piece = program.Length / 3; piece > 0; piece /= 2)
        {
            for (int at = 2; at + (piece * 3) <= program.Length;)
            {
                byte[] shorter = [.. program[..at], .. program[(at + (piece * 3))..]];
                if (fails(shorter))
                {
                    program = shorter;
                }
                else
                {
                    at += piece * 3;
                }
            }
        }

        return program;
    }

    private static byte[] Read(string path) =>
        Convert.FromHexString(
            string.Concat(
                File.ReadLines(path).Where(static line => !line.StartsWith('#')).Select(static line => line.Trim())));

    private static string CorpusFolder([CallerFilePath] string path = "")
    {
        string? folder = Path.GetDirectoryName(path);
        string beside = Path.Combine(folder ?? ".", "Corpus");
        return Directory.Exists(beside)
            ? beside
            : Path.Combine(Conventions.Repository.Root, "tests/FastShardMap.Tests/Fuzzing/Corpus");
    }

    [InlineArray(96)]
    private struct Wide : IEquatable<Wide>
    {
        private byte _first;

        public readonly bool Equals(Wide other) => ((ReadOnlySpan<byte>)this).SequenceEqual(other);

        public override readonly bool Equals(object? obj) => obj is Wide other && Equals(other);

        public override readonly int GetHashCode() => _first;
    }

    [InlineArray(1_500)]
    private struct Huge : IEquatable<Huge>
    {
        private byte _first;

        public readonly bool Equals(Huge other) => ((ReadOnlySpan<byte>)this).SequenceEqual(other);

        public override readonly bool Equals(object? obj) => obj is Huge other && Equals(other);

        public override readonly int GetHashCode() => _first;
    }
}
