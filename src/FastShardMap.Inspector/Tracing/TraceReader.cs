using System.Globalization;
using FastShardMap.Inspector.Targets;
using Microsoft.Diagnostics.Tracing;
using Microsoft.Diagnostics.Tracing.Etlx;

namespace FastShardMap.Inspector.Tracing;

/// <summary>Reads the library's events from a .nettrace file, with call stacks.</summary>
internal static class TraceReader
{
    private const string Provider = "FastShardMap";
    private const int MapInfoEvent = 1;
    private const int ContentionStartEvent = 4;
    private const int ContentionStopEvent = 5;
    private const int MaxFrames = 40;

    /// <exception cref="InspectionException">The file is not a trace.</exception>
    public static LockTrace Read(string file)
    {
        string work = Path.Combine(Path.GetTempPath(), $"fsmap-{Guid.NewGuid():N}.etlx");
        try
        {
            if (TargetFile.WhyNoTrace(file) is { } kind)
            {
                throw new InspectionException($"{file} cannot be read as a trace: it is {kind}.");
            }

            TraceLog.CreateFromEventPipeDataFile(file, work);
            using TraceLog log = new(work);
            LockTrace trace = new() { Duration = log.SessionDuration };
            foreach (TraceEvent step in log.Events)
            {
                if (step.ProviderName == Provider)
                {
                    Add(trace, step);
                }
            }

            return trace;
        }
        catch (Exception exception) when (exception is not (OutOfMemoryException or InspectionException))
        {
            throw new InspectionException($"{file} cannot be read as a trace: {exception.Message}", exception);
        }
        finally
        {
            File.Delete(work);
        }
    }

    private static void Add(LockTrace trace, TraceEvent step)
    {
        switch ((int)step.ID)
        {
            case MapInfoEvent:
                string types =
                    $"ShardMap<{Maps.TypeNames.Short(Text(step, "keyType"))}, "
                        + $"{Maps.TypeNames.Short(Text(step, "valueType"))}>";
                trace.Maps[Address(step)] = new TracedMap(types, Text(step, "name"));
                break;
            case ContentionStartEvent:
                int waiter = Number(step, "waiterThread");
                AddName(trace, waiter, Text(step, "waiterName"));
                AddName(trace, Number(step, "ownerThread"), Text(step, "ownerName"));
                trace.Events.Add(new LockEvent(
                    TimeOf(step),
                    true,
                    Address(step),
                    Number(step, "shard"),
                    Number(step, "ownerThread"),
                    waiter,
                    false,
                    default,
                    StackOf(step)));
                break;
            case ContentionStopEvent:
                trace.Events.Add(new LockEvent(
                    TimeOf(step),
                    false,
                    Address(step),
                    Number(step, "shard"),
                    0,
                    Number(step, "waiterThread"),
                    Convert.ToBoolean(step.PayloadByName("entered"), CultureInfo.InvariantCulture),
                    TimeSpan.FromMicroseconds(
                        Convert.ToInt64(step.PayloadByName("waitNanoseconds"), CultureInfo.InvariantCulture) / 1000.0),
                    StackOf(step)));
                break;
            default:
                break;
        }
    }

    private static void AddName(LockTrace trace, int thread, string name)
    {
        if (name.Length > 0)
        {
            trace.ThreadNames[thread] = name;
        }
    }

    private static TimeSpan TimeOf(TraceEvent step) => TimeSpan.FromMilliseconds(step.TimeStampRelativeMSec);

    private static ulong Address(TraceEvent step) =>
        Convert.ToUInt64(step.PayloadByName("map"), CultureInfo.InvariantCulture);

    private static int Number(TraceEvent step, string name) =>
        Convert.ToInt32(step.PayloadByName(name), CultureInfo.InvariantCulture);

    private static string Text(TraceEvent step, string name) => step.PayloadByName(name) as string ?? string.Empty;

    // Innermost first. The methods that raise the event are left out, but not the library's public method.
    private static CallStack StackOf(TraceEvent step)
    {
        List<(string Module, string Method)> frames = [];
        for (TraceCallStack? frame = step.CallStack(); frame is not null
            && frames.Count < MaxFrames; frame = frame.Caller)
        {
            string method = frame.CodeAddress.FullMethodName;
            bool isMachinery = method.Length == 0
                || method.StartsWith("System.Diagnostics.Tracing.", StringComparison.Ordinal)
                || method.StartsWith("FastShardMap.Diagnostics.", StringComparison.Ordinal)
                || method.StartsWith("FastShardMap.Sharding.", StringComparison.Ordinal);
            if (!isMachinery)
            {
                frames.Add((frame.CodeAddress.ModuleName ?? string.Empty, method));
            }
        }

        return frames.Count == 0
            ? CallStack.Unknown
            : new CallStack(frames.ConvertAll(frame => frame.Method), CallSite.Of(frames));
    }
}
