-- AlterTable
ALTER TABLE "Session" ADD COLUMN     "asked" JSONB NOT NULL DEFAULT '{}';
