using System.Globalization;
using FastShardMap.Inspector.Commands;
using Microsoft.Diagnostics.Runtime;

namespace FastShardMap.Inspector.Targets;

/// <summary>
/// A dump or a live process: its memory, and, where the runtime can be read, its managed heap and threads. A process is
/// stopped from here to <see cref="Dispose"/>.
/// </summary>
internal sealed class Target : IDisposable
{
    private readonly DataTarget? _data;

    private Target(string name, bool isLive, TargetMemory memory, DataTarget? data, ClrRuntime? runtime, string? note)
    {
        Name = name;
        IsLive = isLive;
        Memory = memory;
        _data = data;
        Runtime = runtime;
        Note = note;
    }

    public string Name { get; }

    public bool IsLive { get; }

    public TargetMemory Memory { get; }

    /// <summary>Null if the dump does not say enough: then maps are found by their magic word alone.</summary>
    public ClrRuntime? Runtime { get; }

    /// <summary>Why there is no runtime.</summary>
    public string? Note { get; }

    /// <summary>Opens a file, or stops the process of a number.</summary>
    /// <exception cref="InspectionException">There is nothing to look at.</exception>
    public static Target Open(string dumpOrProcess)
    {
        if (File.Exists(dumpOrProcess))
        {
            return OpenDump(dumpOrProcess);
        }

        if (int.TryParse(dumpOrProcess, NumberStyles.None, CultureInfo.InvariantCulture, out int processId))
        {
            return Attach(processId);
        }

        throw new InspectionException($"'{dumpOrProcess}' is neither a file that can be seen from here nor the number of a process.");
    }

    /// <summary>Whether a part of a dump is missing.</summary>
    public bool IsCutOff => Memory is ElfCoreMemory { MissingBytes: > 0 };

    public void Dispose()
    {
        Runtime?.Dispose();
        Memory.Dispose();
        _data?.Dispose();
    }

    private static Target Attach(int processId)
    {
        DataTarget data;
        try
        {
            System.Diagnostics.Process.GetProcessById(processId).Dispose();
            data = Interruption.Attach(() => DataTarget.AttachToProcess(processId, suspend: true));
        }
        catch (ArgumentException exception)
        {
            throw new InspectionException($"There is no process {processId}.", exception);
        }
        catch (Exception exception)
        {
            throw new InspectionException(
                $"Process {processId} cannot be attached to: {exception.Message} (It takes the process's user or root, and where kernel.yama.ptrace_scope or a container forbids it, the capability SYS_PTRACE.)",
                exception);
        }

        ClrRuntime? runtime = TryCreateRuntime(data, out string? note);
        return new Target($"process {processId}", isLive: true, new ClrMemory(data, processId), data, runtime, note);
    }

    private static Target OpenDump(string path)
    {
        string name = Path.GetFileName(path);
        ElfCoreMemory? core;
        try
        {
            core = ElfCoreMemory.TryOpen(path);
            if (core is { MissingBytes: > 0 })
            {
                Console.Error.WriteLine($"fsmap: {name} is cut off: at least {core.MissingBytes} bytes are missing, and with them maps or entries.");
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new InspectionException($"{path} cannot be read: {exception.Message}", exception);
        }

        DataTarget data;
        try
        {
            data = DataTarget.LoadDump(path);
        }
        catch (Exception exception)
        {
            // Whatever a damaged file makes a parser throw: the core may still hold whole maps.
            return core is null
                ? throw new InspectionException($"{path} is no dump that this tool can read: {exception.Message}", exception)
                : new Target(name, isLive: false, core, data: null, runtime: null, exception.Message);
        }

        ClrRuntime? runtime = TryCreateRuntime(data, out string? note);
        return new Target(name, isLive: false, core ?? (TargetMemory)new ClrMemory(data, processId: null), data, runtime, note);
    }

    private static ClrRuntime? TryCreateRuntime(DataTarget data, out string? note)
    {
        if (Isolation.IsWithoutRuntime)
        {
            note = "the runtime's data are too damaged to be read";
            return null;
        }

        using IDisposable? patience = Isolation.LimitPatience();
        try
        {
            note = null;
            if (data.ClrVersions.Length > 0)
            {
                return data.ClrVersions[0].CreateRuntime();
            }

            note = "no .NET runtime is loaded";
        }
        catch (Exception exception)
        {
            note = exception.Message;
        }

        return null;
    }
}
