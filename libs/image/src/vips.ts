import sharp from 'sharp';

// The only decoders this process has: libvips would also read SVG, GIF, TIFF, PDF, HEIF and more, much of it rarely attacked code.
sharp.block({ operation: ['VipsForeignLoad'] });
sharp.unblock({ operation: ['VipsForeignLoadPngBuffer', 'VipsForeignLoadJpegBuffer', 'VipsForeignLoadWebpBuffer'] });
// Callers' pictures differ: a cache would only hold memory.
sharp.cache(false);

export { sharp };
