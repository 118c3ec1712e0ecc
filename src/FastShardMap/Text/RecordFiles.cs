using System.IO.Pipelines;
using FastShardMap.Layout;
using FastShardMap.Records;
using FastShardMap.Serialization;

namespace FastShardMap.Text;

/// <summary>Saves and loads maps with keys of any length.</summary>
internal static class RecordFiles
{
    public static void Save<TValue>(
        ShardMap<RecordKey, TValue, RecordKeyHasher> map, Stream destination, IProgress<long>? progress)
        where TValue : unmanaged
    {
        ArgumentNullException.ThrowIfNull(destination);
        Encode(map, piece => destination.Write(piece.Span), progress);
    }

    public static async Task SaveAsync<TValue>(
        ShardMap<RecordKey, TValue, RecordKeyHasher> map,
        Stream destination,
        IProgress<long>? progress,
        CancellationToken cancellationToken)
        where TValue : unmanaged
    {
        ArgumentNullException.ThrowIfNull(destination);
        await EncodeAsync(map, piece => destination.WriteAsync(piece, cancellationToken), progress)
            .ConfigureAwait(false);
    }

    public static async Task SaveAsync<TValue>(
        ShardMap<RecordKey, TValue, RecordKeyHasher> map,
        PipeWriter destination,
        IProgress<long>? progress,
        CancellationToken cancellationToken)
        where TValue : unmanaged
    {
        ArgumentNullException.ThrowIfNull(destination);
        PipeOutput output = new(destination);
        await EncodeAsync(map, piece => output.WriteAsync(piece, cancellationToken), progress).ConfigureAwait(false);
    }

    public static void SaveTo<TValue>(
        ShardMap<RecordKey, TValue, RecordKeyHasher> map, string path, IProgress<long>? progress)
        where TValue : unmanaged
    {
        using DurableFile file = DurableFile.Create(path);
        Encode(map, piece => file.Write(piece.Span), progress);
        file.Commit();
    }

    public static async Task SaveToAsync<TValue>(
        ShardMap<RecordKey, TValue, RecordKeyHasher> map,
        string path,
        IProgress<long>? progress,
        CancellationToken cancellationToken)
        where TValue : unmanaged
    {
        using DurableFile file = DurableFile.Create(path);
        await EncodeAsync(map, piece => file.WriteAsync(piece, cancellationToken), progress).ConfigureAwait(false);
        file.Commit();
    }

    public static ShardMap<RecordKey, TValue, RecordKeyHasher> Load<TValue>(
        KeyForm form, Stream source, ShardMapOptions? options, IProgress<long>? progress, bool toItsEnd = false)
        where TValue : unmanaged
    {
        ShardMap<RecordKey, TValue, RecordKeyHasher> map = Create<TValue>(form, options);
        try
        {
            PieceReader.Read(
                DecoderOf(map, form, PieceReader.AvailableBytes(source), progress), source, toItsEnd);
            return map;
        }
        catch
        {
            map.Dispose();
            throw;
        }
    }

    public static async Task<ShardMap<RecordKey, TValue, RecordKeyHasher>> LoadAsync<TValue>(
        KeyForm form,
        Stream source,
        ShardMapOptions? options,
        IProgress<long>? progress,
        CancellationToken cancellationToken,
        bool toItsEnd = false)
        where TValue : unmanaged
    {
        ShardMap<RecordKey, TValue, RecordKeyHasher> map = Create<TValue>(form, options);
        try
        {
            IPieceDecoder decoder = DecoderOf(map, form, PieceReader.AvailableBytes(source), progress);
            await PieceReader.ReadAsync(decoder, source, toItsEnd, cancellationToken).ConfigureAwait(false);
            return map;
        }
        catch
        {
            map.Dispose();
            throw;
        }
    }

    public static ShardMap<RecordKey, TValue, RecordKeyHasher> LoadFrom<TValue>(
        KeyForm form, string path, ShardMapOptions? options, IProgress<long>? progress)
        where TValue : unmanaged
    {
        using FileStream file = PieceReader.Open(path);
        return Load<TValue>(form, file, options, progress, toItsEnd: true);
    }

    public static async Task<ShardMap<RecordKey, TValue, RecordKeyHasher>> LoadFromAsync<TValue>(
        KeyForm form,
        string path,
        ShardMapOptions? options,
        IProgress<long>? progress,
        CancellationToken cancellationToken)
        where TValue : unmanaged
    {
        using FileStream file = await PieceReader.OpenAsync(path, cancellationToken).ConfigureAwait(false);
        return await LoadAsync<TValue>(form, file, options, progress, cancellationToken, toItsEnd: true)
            .ConfigureAwait(false);
    }

    private static ShardMap<RecordKey, TValue, RecordKeyHasher> Create<TValue>(KeyForm form, ShardMapOptions? options)
        where TValue : unmanaged =>
        new((options?.WithoutExclusive() ?? new ShardMapOptions()).Resolve() with { KeyForm = form });

    private static IPieceEncoder EncoderOf<TValue>(
        ShardMapSnapshot<RecordKey, TValue, RecordKeyHasher> snapshot, KeyForm form, IProgress<long>? progress)
        where TValue : unmanaged =>
        snapshot is ShardMapSnapshot<RecordKey, BlobRef, RecordKeyHasher> blobs
            ? new BlobEncoder(blobs, form, progress)
            : new RecordEncoder<TValue>(snapshot, form, progress);

    private static IPieceDecoder DecoderOf<TValue>(
        ShardMap<RecordKey, TValue, RecordKeyHasher> map, KeyForm form, long availableBytes, IProgress<long>? progress)
        where TValue : unmanaged =>
        map is ShardMap<RecordKey, BlobRef, RecordKeyHasher> blobs
            ? new BlobDecoder(blobs, form, availableBytes, progress)
            : new RecordDecoder<TValue>(map, form, availableBytes, progress);

    private static void Encode<TValue>(
        ShardMap<RecordKey, TValue, RecordKeyHasher> map,
        Action<ReadOnlyMemory<byte>> write,
        IProgress<long>? progress)
        where TValue : unmanaged
    {
        using ShardMapSnapshot<RecordKey, TValue, RecordKeyHasher> snapshot = map.BriefSnapshot();
        PieceWriter.Write(EncoderOf(snapshot, map.Shards.KeyForm, progress), write);
    }

    private static async Task EncodeAsync<TValue>(
        ShardMap<RecordKey, TValue, RecordKeyHasher> map,
        Func<ReadOnlyMemory<byte>, ValueTask> write,
        IProgress<long>? progress)
        where TValue : unmanaged
    {
        using ShardMapSnapshot<RecordKey, TValue, RecordKeyHasher> snapshot = map.BriefSnapshot();
        await PieceWriter.WriteAsync(EncoderOf(snapshot, map.Shards.KeyForm, progress), write)
            .ConfigureAwait(false);
    }
}
