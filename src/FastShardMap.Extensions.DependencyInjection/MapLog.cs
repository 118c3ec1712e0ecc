using Microsoft.Extensions.Logging;

namespace FastShardMap.Extensions.DependencyInjection;

/// <summary>The messages of this package. They contain names, paths and numbers, and never keys or values.</summary>
internal static partial class MapLog
{
    public const string Category = "FastShardMap";

    [LoggerMessage(
        EventId = 1,
        Level = LogLevel.Information,
        Message = "Loaded {Count} entries of the map {Map} from {Path} in {Elapsed}.")]
    public static partial void Loaded(ILogger logger, long count, string map, string path, TimeSpan elapsed);

    [LoggerMessage(
        EventId = 2,
        Level = LogLevel.Information,
        Message = "The map {Map} starts empty: there is no file {Path}.")]
    public static partial void NoFile(ILogger logger, string map, string path);

    [LoggerMessage(
        EventId = 3,
        Level = LogLevel.Warning,
        Message = "The map {Map} starts empty: the file {Path} is too old ({Age}).")]
    public static partial void FileTooOld(ILogger logger, string map, string path, TimeSpan age);

    [LoggerMessage(
        EventId = 4,
        Level = LogLevel.Error,
        Message = "The map {Map} starts empty: the file {Path} is damaged, and is now {NewPath}.")]
    public static partial void SetAside(ILogger logger, Exception exception, string map, string path, string newPath);

    [LoggerMessage(
        EventId = 5,
        Level = LogLevel.Information,
        Message = "Saved the map {Map} to {Path} in {Elapsed}.")]
    public static partial void Saved(ILogger logger, string map, string path, TimeSpan elapsed);

    [LoggerMessage(
        EventId = 6,
        Level = LogLevel.Error,
        Message = "The map {Map} could not be saved to {Path}. The old file is unchanged.")]
    public static partial void SaveFailed(ILogger logger, Exception exception, string map, string path);
}
