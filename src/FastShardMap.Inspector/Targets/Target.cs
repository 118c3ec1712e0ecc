using Microsoft.Diagnostics.Runtime;

namespace FastShardMap.Inspector.Targets;

/// <summary>
/// A dump or a live process: its memory, and, if the runtime can be read, its managed heap and threads. A process is
/// stopped until <see cref="Dispose"/>.
/// </summary>
internal sealed class Target : IDisposable
{
    private readonly DataTarget? _data;
    private readonly int? _processId;
    private readonly StoppedProcess? _stopped;
    private readonly EndWatch? _watch;

    private Target(
        string name,
        int? processId,
        TargetMemory memory,
        DataTarget? data,
        ClrRuntime? runtime,
        string? note,
        StoppedProcess? stopped = null,
        EndWatch? watch = null)
    {
        Name = name;
        Memory = memory;
        _processId = processId;
        _data = data;
        _stopped = stopped;
        _watch = watch;
        Runtime = runtime;
        Note = note;
    }

    /// <summary>
    /// The process that ended while the tool read it, so that no result can be trusted; null if there is none.
    /// </summary>
    public static int? Ended { get; private set; }

    public string Name { get; }

    public bool IsLive => _processId is not null;

    public TargetMemory Memory { get; }

    /// <summary>The runtime; null if it cannot be read. Maps are then found by their magic word alone.</summary>
    public ClrRuntime? Runtime { get; }

    /// <summary>Why there is no runtime.</summary>
    public string? Note { get; }

    /// <summary>Whether a part of a dump is missing.</summary>
    public bool IsCutOff => Memory is ElfCoreMemory { MissingBytes: > 0 };

    private bool HasEnded => _stopped is { Stands: false } || (_processId is { } id && !ProcessState.IsAlive(id));

    /// <summary>Opens a file, or stops the process with an id.</summary>
    /// <exception cref="InspectionException">The target cannot be opened.</exception>
    public static Target Open(string dumpOrProcess)
    {
        if (Isolation.ProcessIdOf(dumpOrProcess) is { } processId)
        {
            return Attach(processId);
        }

        return File.Exists(dumpOrProcess) || Directory.Exists(dumpOrProcess)
            ? OpenDump(dumpOrProcess)
            : throw new InspectionException(
                $"'{dumpOrProcess}' is neither a file that the tool can see nor a process id.");
    }

    /// <summary>The exception for a process that has ended meanwhile.</summary>
    public static InspectionException EndedException(int processId) =>
        new($"Process {processId} ended while it was being read, so there is no result.")
        {
            ExitCode = ExitCode.TargetEnded,
        };

    /// <summary>Call this before drawing conclusions from what was read.</summary>
    /// <exception cref="InspectionException">The process has ended meanwhile.</exception>
    public void ThrowIfEnded()
    {
        if (HasEnded)
        {
            throw EndedException(_processId!.Value);
        }
    }

    public void Dispose()
    {
        if (HasEnded)
        {
            Ended = _processId;
        }

        Runtime?.Dispose();
        Memory.Dispose();
        _data?.Dispose();
        _stopped?.Dispose();
        _watch?.Dispose();
    }

    private static Target Attach(int processId)
    {
        StoppedProcess? stopped = null;
        EndWatch? watch = null;
        DataTarget data;
        TestPause.At(TestPause.Opening);
        try
        {
            if (!ProcessState.IsAlive(processId))
            {
                throw new InspectionException($"There is no process {processId}.");
            }

            watch = new EndWatch(processId);
            if (OperatingSystem.IsLinux())
            {
                stopped = StoppedProcess.Stop(processId);
                data = DataTarget.AttachToProcess(processId, suspend: false);
            }
            else
            {
                data = Interruption.Attach(() => DataTarget.AttachToProcess(processId, suspend: true));
            }
        }
        catch (Exception exception)
        {
            stopped?.Dispose();
            watch?.Dispose();
            if (exception is InspectionException)
            {
                throw;
            }

            throw ProcessState.IsEnding(processId)
                ? EndedException(processId)
                : new InspectionException($"Process {processId} cannot be attached to: {exception.Message}", exception);
        }

        ClrRuntime? runtime = TryCreateRuntime(data, out string? note);
        TestPause.At(TestPause.Opened);
        ClrMemory memory = new(data, processId);
        return new Target($"process {processId}", processId, memory, data, runtime, note, stopped, watch);
    }

    private static Target OpenDump(string path)
    {
        string name = Path.GetFileName(path);
        ElfCoreMemory? core;
        try
        {
            if (TargetFile.WhyNoDump(path) is { } kind)
            {
                throw new InspectionException($"{path} is not a dump that this tool can read: it is {kind}.");
            }

            core = ElfCoreMemory.TryOpen(path);
            if (core is { MissingBytes: > 0 })
            {
                Console.Error.WriteLine(
                    $"fsmap: {name} is truncated: at least {core.MissingBytes} bytes are missing, and "
                        + "with them maps or entries.");
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
            // A damaged file can make a parser throw anything. The core may still contain complete maps.
            return core is null
                ? throw new InspectionException(
                    $"{path} is not a dump that this tool can read: {exception.Message}", exception)
                : new Target(name, processId: null, core, data: null, runtime: null, exception.Message);
        }

        ClrRuntime? runtime = TryCreateRuntime(data, out string? note);
        return new Target(
            name, processId: null, core ?? (TargetMemory)new ClrMemory(data, processId: null), data, runtime, note);
    }

    private static ClrRuntime? TryCreateRuntime(DataTarget data, out string? note)
    {
        if (Isolation.IsWithoutRuntime)
        {
            note = "the runtime's data is too damaged to be read";
            return null;
        }

        using IDisposable? patience = Isolation.LimitPatience();
        try
        {
            note = null;
            if (data.ClrVersions.Length > 0)
            {
                ClrInfo runtime = data.ClrVersions[0];
                return RuntimeReader.Find(runtime) is { } reader
                    ? runtime.CreateRuntime(reader, ignoreMismatch: true) // the version in an ELF module is not read
                    : runtime.CreateRuntime();
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
