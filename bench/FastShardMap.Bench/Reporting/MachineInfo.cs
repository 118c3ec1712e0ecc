using System.Globalization;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace FastShardMap.Bench.Reporting;

/// <summary>Where figures come from: a figure without it says nothing.</summary>
internal sealed record MachineInfo
{
    public required string Cpu { get; init; }

    public required int Cores { get; init; }

    public required string Caches { get; init; }

    public required string Memory { get; init; }

    public required string OperatingSystem { get; init; }

    public required string HugePages { get; init; }

    public required string Runtime { get; init; }

    /// <summary>The best vector instructions the runtime may use here; environment switches count.</summary>
    public required string Isa { get; init; }

    public required string Commit { get; init; }

    public required string Date { get; init; }

    /// <summary>In one line: what must be known of every figure.</summary>
    public string Summary => $"{Cpu}, {Cores} core(s), {Isa}, {Runtime}, {Date}";

    public static MachineInfo Read() => new()
    {
        Cpu = ReadCpu(),
        Cores = Environment.ProcessorCount,
        Caches = ReadCaches(),
        Memory = Units.Bytes(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes),
        OperatingSystem = $"{RuntimeInformation.OSDescription} ({RuntimeInformation.OSArchitecture})",
        HugePages = FirstLine("/sys/kernel/mm/transparent_hugepage/enabled") ?? "unknown",
        Runtime = $"{RuntimeInformation.FrameworkDescription} ({RuntimeInformation.ProcessArchitecture})",
        Isa = ReadIsa(),
        Commit = ReadCommit(),
        Date = DateTime.UtcNow.ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture),
    };

    /// <summary>Name and value of each fact, for a table or a text file.</summary>
    public IEnumerable<(string Name, string Value)> Facts() =>
    [
        ("CPU", Cpu),
        ("cores", Cores.ToString(CultureInfo.InvariantCulture)),
        ("caches", Caches),
        ("memory", Memory),
        ("operating system", OperatingSystem),
        ("huge pages", HugePages),
        ("runtime", Runtime),
        ("ISA", Isa),
        ("commit", Commit),
        ("date", Date),
    ];

    /// <summary>The data caches of the first core and their sizes.</summary>
    public IEnumerable<(string Level, long Bytes)> CacheBytes()
    {
        foreach (string cache in Caches.Split(", "))
        {
            string[] parts = cache.Split(' ');
            if (parts.Length == 2 && Units.TryParseBytes(parts[1], out long bytes))
            {
                yield return (parts[0], bytes);
            }
        }
    }

    /// <summary>A folder name that tells the CPU and its ISA level.</summary>
    public string Slug()
    {
        string cpu = Cpu
            .Replace("(R)", string.Empty, StringComparison.OrdinalIgnoreCase)
            .Replace("(TM)", string.Empty, StringComparison.OrdinalIgnoreCase)
            .Replace(" CPU", string.Empty, StringComparison.OrdinalIgnoreCase)
            .Replace(" Processor", string.Empty, StringComparison.OrdinalIgnoreCase);
        string[] words = cpu.Split([' ', '/', '\\', '@', '(', ')', ',', ':'], StringSplitOptions.RemoveEmptyEntries);
        return $"{string.Join('-', words)}-{Isa}".ToLowerInvariant();
    }

    internal static string ReadIsa() => RuntimeInformation.ProcessArchitecture switch
    {
        Architecture.X64 or Architecture.X86 when Vector512.IsHardwareAccelerated || Avx512F.IsSupported => "avx512",
        Architecture.X64 or Architecture.X86 when Avx2.IsSupported => "avx2",
        Architecture.X64 or Architecture.X86 when Sse42.IsSupported => "sse4",
        Architecture.Arm64 when AdvSimd.IsSupported => "advsimd",
        _ when Vector128.IsHardwareAccelerated => "vector128",
        _ => "scalar",
    };

    private static string ReadCpu()
    {
        if (System.OperatingSystem.IsLinux() && File.Exists("/proc/cpuinfo"))
        {
            string? line = File.ReadLines("/proc/cpuinfo")
                .FirstOrDefault(text => text.StartsWith("model name", StringComparison.Ordinal));
            if (line is not null)
            {
                return line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim();
            }
        }

        return Environment.GetEnvironmentVariable("PROCESSOR_IDENTIFIER")
            ?? RuntimeInformation.ProcessArchitecture.ToString();
    }

    private static string ReadCaches()
    {
        const string Folder = "/sys/devices/system/cpu/cpu0/cache";
        if (!Directory.Exists(Folder))
        {
            return "unknown";
        }

        List<string> caches = new();
        foreach (string index in Directory.GetDirectories(Folder, "index*").Order(StringComparer.Ordinal))
        {
            string level = FirstLine(Path.Combine(index, "level")) ?? "?";
            string kind = FirstLine(Path.Combine(index, "type")) ?? string.Empty;
            string size = FirstLine(Path.Combine(index, "size")) ?? "?";
            if (!string.Equals(kind, "Instruction", StringComparison.Ordinal))
            {
                caches.Add($"L{level} {size}");
            }
        }

        return caches.Count == 0 ? "unknown" : string.Join(", ", caches);
    }

    private static string ReadCommit()
    {
        // The SDK appends the commit to the version: 0.1.0+0123456789abcdef.
        string? version = typeof(MachineInfo).Assembly
            .GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion;
        int plus = version?.IndexOf('+', StringComparison.Ordinal) ?? -1;
        return plus < 0 ? "unknown" : version!.Substring(plus + 1, Math.Min(12, version.Length - plus - 1));
    }

    private static string? FirstLine(string path)
    {
        try
        {
            return File.Exists(path) ? File.ReadLines(path).FirstOrDefault()?.Trim() : null;
        }
        catch (IOException)
        {
            return null;
        }
    }
}
